/**
 * The light behind a title's page: the composition of its poster, wide and without words.
 */
import { html } from "../../ui.js";
import { COMPOSITIONS } from "./compositions.js";
import { designOf } from "./drawing.js";

/** @param {{ film: import("./drawing.js").Film }} properties */
export function DrawnBackdrop({ film }) {
  const { random, palette, composition } = designOf(film);
  return html`
    <svg class="backdrop" viewBox="0 0 480 270" preserveAspectRatio="xMidYMid slice" focusable="false">
      <rect width="480" height="270" fill=${palette.sky} />
      <g transform="translate(120 -45)">${COMPOSITIONS[composition]({
        w: 360,
        h: 360,
        r: random,
        p: palette,
      })}</g>
    </svg>
  `;
}
