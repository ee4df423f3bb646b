/**
 * A poster drawn from what is known of a title, where there is no artwork: a composition by genre, a palette by
 * the title's hash, the title set large, its original in its own script.
 * @typedef {import("./lettering.js").Face} Face
 * @typedef {import("./palettes.js").Palette} Palette
 * @typedef {object} Film
 * @property {string} title
 * @property {number | null} [year]
 * @property {string[]} [genres] slugs
 * @property {string | null} [original] the title in its original language
 * @property {string} [kind]
 */
import { html } from "../../ui.js";
import { COMPOSITIONS } from "./compositions.js";
import { FACES, isOtherScript, isVertical, setTitle } from "./lettering.js";
import { GENRES, PALETTES } from "./palettes.js";
import { hashOf, randomOf } from "./random.js";

export const WIDTH = 240;
export const HEIGHT = 360;
const EDGE = 16;
/** @type {[string, string[], string]} */
const PLAIN = ["paper", ["tiles", "halves"], "serif"];

/**
 * Palette, composition and typeface of a title.
 * @param {Film} film
 */
export function designOf(film) {
  const random = randomOf(hashOf(`${film.title} ${film.year ?? ""}`));
  const genres = film.genres ?? [];
  const [rule = PLAIN, second] = GENRES.filter(([pattern]) => genres.some((genre) => pattern.test(genre)))
    .map(([, ...look]) => look);
  const [family, compositions, face] = rule;
  // One in three has the composition of its second genre, so that a wall of one genre is not a wall of one shape.
  const others = second && random.next() < 0.34 ? second[1] : compositions;
  return {
    random,
    palette: random.pick(PALETTES[family]),
    composition: random.pick(others),
    face: FACES[face],
    layout: random.pick(["below", "below", "above", "framed"]),
  };
}

/** @param {{ film: Film }} properties */
export function DrawnPoster({ film }) {
  const { random, palette, composition, face, layout } = designOf(film);
  const framed = layout === "framed";
  const inset = framed ? EDGE : 0;
  const width = WIDTH - 2 * EDGE;
  const set = setTitle(film.title, face, width, 138);
  const original = originalOf(film);
  const second = original && !isVertical(original) ? 26 : 0;
  const text = set.height + second + 40;
  const art = HEIGHT - Math.max(text, 92);
  const above = layout === "above";
  const box = { x: inset, y: above ? HEIGHT - art : inset, w: WIDTH - 2 * inset, h: art - inset };
  const top = above ? EDGE + 2 : art + (HEIGHT - art - text) / 2 + 12;
  return html`
    <svg class="drawn" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true" focusable="false">
      <rect width=${WIDTH} height=${HEIGHT} fill=${palette.ground} />
      <svg x=${box.x} y=${box.y} width=${box.w} height=${box.h} viewBox="0 0 ${box.w} ${box.h}">
        <rect width=${box.w} height=${box.h} fill=${palette.sky} />
        ${COMPOSITIONS[composition]({ w: box.w, h: box.h, r: random, p: palette })}
      </svg>
      ${original && isVertical(original) && html`<${Strip} text=${original} box=${box} palette=${palette} />`}
      <${Title} set=${set} face=${face} palette=${palette} top=${top} />
      ${second > 0 && html`
        <text class="poster-script" x=${EDGE} y=${top + set.height + 17} fill=${palette.ink}
          font-size=${Math.min(20, (width / ([...String(original)].length || 1)) * 1.5)}>${original}</text>
      `}
      <${Foot} film=${film} palette=${palette} top=${above} y=${above ? HEIGHT - art - 10 : HEIGHT - 12} />
    </svg>
  `;
}

/** @param {{ set: import("./lettering.js").Setting, face: Face, palette: Palette, top: number }} properties */
function Title({ set, face, palette, top }) {
  return html`
    <g class=${face.family === "sans" ? "poster-sans" : "poster-display"} fill=${palette.ink} font-size=${set
      .size.toFixed(2)}
      font-weight=${face.weight} font-stretch="${face.stretch}%" font-style=${face.italic
        ? "italic"
        : "normal"}
      letter-spacing=${((face.spacing ?? 0) * set.size).toFixed(2)}>
      ${set.lines.map((line, i) =>
        html`
          <text x=${EDGE} y=${(top + set.size * (0.76 + i * face.leading)).toFixed(1)}>${face.capitals
            ? line.toUpperCase()
            : line}</text>
        `
      )}
    </g>
  `;
}

/** The original title from top to bottom, on a strip as Japanese posters have it.
 * @param {{ text: string, box: { x: number, y: number, w: number, h: number }, palette: Palette }} properties */
function Strip({ text, box, palette }) {
  const letters = [...text];
  const size = Math.min(25, (box.h - 24) / (letters.length * 1.12));
  const wide = size + 13;
  const x = box.x + box.w - wide - 12;
  return html`
    <rect x=${x} y=${box.y} width=${wide} height=${letters.length * size * 1.12 + 18} fill=${palette
      .ground} />
    ${letters.map((letter, i) =>
      html`
        <text class="poster-script" x=${x + wide / 2} y=${box.y + 9 +
          size * (0.9 + i * 1.12)} text-anchor="middle" font-size=${size}
          fill=${palette.ink}>${letter}</text>
      `
    )}
  `;
}

/** @param {{ film: Film, palette: Palette, y: number }} properties */
function Foot({ film, palette, y }) {
  return html`
    <text class="poster-sans" x=${EDGE} y=${y} fill=${palette.ink} font-size="10" font-weight="560"
      letter-spacing="1.4">${film.year ?? ""}</text>
  `;
}

/**
 * The original title, if it is in another script.
 * @param {Film} film
 */
function originalOf(film) {
  const original = film.original?.trim();
  return original && original !== film.title && isOtherScript(original) ? original : null;
}
