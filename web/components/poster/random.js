/**
 * Numbers that look random and are the same at every visit, so that a title always has the same poster.
 */

/**
 * A 32 bit hash of a text (FNV-1a).
 * @param {string} text
 */
export function hashOf(text) {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash = Math.imul(hash ^ /** @type {number} */ (character.codePointAt(0)), 0x01000193);
  }
  return hash >>> 0;
}

/**
 * @typedef {object} Random
 * @property {() => number} next a number from 0 to 1, 1 excluded
 * @property {(low: number, high: number) => number} between
 * @property {(low: number, high: number) => number} whole both ends included
 * @property {<T>(choices: readonly T[]) => T} pick
 * @property {() => boolean} coin
 */

/**
 * A generator of numbers (mulberry32).
 * @param {number} seed
 * @returns {Random}
 */
export function randomOf(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (choices) => choices[Math.floor(next() * choices.length)],
    coin: () => next() < 0.5,
  };
}
