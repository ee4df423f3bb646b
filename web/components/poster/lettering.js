/**
 * How a title is set: the typeface of its kind of story, broken into lines and as large as its box allows.
 */

/**
 * @typedef {object} Face
 * @property {"sans" | "display"} family
 * @property {number} weight
 * @property {number} stretch in percent, of the sans only
 * @property {boolean} [italic]
 * @property {boolean} [capitals]
 * @property {number} [spacing] between letters, in em
 * @property {number} leading line height in em
 * @property {number} width mean width of a letter, as a factor of the usual one
 * @property {number} largest size in units of the poster, whose width is 240
 */

/** @type {Record<string, Face>} */
export const FACES = {
  slab: { family: "sans", weight: 860, stretch: 70, capitals: true, leading: 0.92, width: 0.81, largest: 62 },
  tall: {
    family: "sans",
    weight: 800,
    stretch: 62,
    capitals: true,
    spacing: 0.005,
    leading: 0.95,
    width: 0.71,
    largest: 66,
  },
  wide: {
    family: "sans",
    weight: 640,
    stretch: 125,
    capitals: true,
    spacing: 0.03,
    leading: 1.08,
    width: 1.33,
    largest: 34,
  },
  round: {
    family: "sans",
    weight: 820,
    stretch: 104,
    leading: 0.96,
    spacing: -0.025,
    width: 1.17,
    largest: 52,
  },
  plain: {
    family: "sans",
    weight: 420,
    stretch: 112,
    leading: 1.08,
    spacing: -0.01,
    width: 1.1,
    largest: 36,
  },
  love: {
    family: "display",
    weight: 380,
    stretch: 100,
    italic: true,
    leading: 1,
    spacing: -0.01,
    width: 0.95,
    largest: 52,
  },
  gothic: {
    family: "display",
    weight: 860,
    stretch: 100,
    leading: 0.95,
    spacing: -0.015,
    width: 1.12,
    largest: 56,
  },
  fable: {
    family: "display",
    weight: 560,
    stretch: 100,
    leading: 1,
    spacing: -0.005,
    width: 1.04,
    largest: 46,
  },
  serif: {
    family: "display",
    weight: 430,
    stretch: 100,
    leading: 1.02,
    spacing: -0.015,
    width: 1.02,
    largest: 46,
  },
};

const NARROW = /[iljtfrI1.,:;'’!|()\-[\]]/;
const WIDE = /[mwMWQ@%&—]/;
const CAPITAL = /[A-ZÀ-ÞΑ-ΩА-Я]/;
const FULL = /[\u1100-\u11ff\u3000-\u9fff\uac00-\ud7af\uff00-\uff60]/;
const INDIC = /[\u0900-\u0dff\u0e00-\u0eff]/;
const DIGIT = /\d/;
const MARK = /\p{Mark}/u;

/**
 * The width of a text in em, estimated from classes of letters; a little more than it is.
 * @param {string} text
 * @param {Face} face
 */
export function widthOf(text, face) {
  let sum = 0;
  for (const letter of face.capitals ? text.toUpperCase() : text) {
    sum += widthOfLetter(letter) * (FULL.test(letter) ? 1 : face.width) + (face.spacing ?? 0);
  }
  return sum * 1.03;
}

/** @param {string} letter */
function widthOfLetter(letter) {
  if (FULL.test(letter)) return 1;
  if (MARK.test(letter)) return 0.12;
  if (letter === " ") return 0.26;
  if (NARROW.test(letter)) return 0.36;
  if (WIDE.test(letter)) return 0.92;
  if (CAPITAL.test(letter)) return 0.7;
  if (INDIC.test(letter)) return 0.72;
  return DIGIT.test(letter) ? 0.64 : 0.57;
}

/**
 * @typedef {object} Setting
 * @property {string[]} lines
 * @property {number} size
 * @property {number} height
 */

/**
 * The title in lines, as large as fits a box.
 * @param {string} title
 * @param {Face} face
 * @param {number} width
 * @param {number} height
 * @returns {Setting}
 */
export function setTitle(title, face, width, height) {
  const words = wordsOf(title);
  let best = /** @type {Setting} */ ({ lines: [title], size: 0, height: 0 });
  for (let n = 1; n <= Math.min(words.length, 6); n += 1) {
    const lines = broken(words, n, face);
    const longest = Math.max(...lines.map((line) => widthOf(line, face)));
    const size = Math.min(width / longest, height / (lines.length * face.leading), face.largest);
    // A line more must make the letters clearly larger.
    if (size > best.size * 1.06) best = { lines, size, height: size * face.leading * lines.length };
  }
  return best;
}

/**
 * Words, or the characters of a script that has no spaces.
 * @param {string} title
 */
function wordsOf(title) {
  const words = title.trim().split(/\s+/);
  return words.length === 1 && FULL.test(title) ? [...title.trim()] : words;
}

/**
 * Words in n lines whose longest is as short as can be (by trying every width that a run of words has).
 * @param {string[]} words
 * @param {number} n
 * @param {Face} face
 */
function broken(words, n, face) {
  const glue = words.every((word) => FULL.test(word) && word.length === 1) ? "" : " ";
  const widths = words.map((word) => widthOf(word, face));
  const total = widths.reduce((sum, width) => sum + width, 0);
  for (let limit = Math.max(...widths, total / n);; limit *= 1.08) {
    const lines = filled(words, limit, glue, face);
    if (lines.length <= n) return lines;
  }
}

/**
 * @param {string[]} words
 * @param {number} limit
 * @param {string} glue
 * @param {Face} face
 */
function filled(words, limit, glue, face) {
  /** @type {string[]} */
  const lines = [];
  for (const word of words) {
    const last = lines.at(-1);
    const joined = last === undefined ? word : last + glue + word;
    if (last !== undefined && widthOf(joined, face) <= limit) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}

/**
 * Whether a text is in a script that is also written from top to bottom.
 * @param {string} text
 */
export function isVertical(text) {
  return /[\u3040-\u9fff]/.test(text) && [...text].length <= 9;
}

/**
 * Whether a text has letters of another script than Latin.
 * @param {string} text
 */
export function isOtherScript(text) {
  return /\p{Letter}/u.test(text) && !/\p{Script=Latin}/u.test(text);
}
