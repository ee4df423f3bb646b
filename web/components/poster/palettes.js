/**
 * Palettes of printed posters: five flat colours each, in the families that genres have made familiar.
 * `ink` reads on `ground` with a contrast of at least 4.5 (tests/unit/test_posters.py computes it).
 */

/**
 * @typedef {object} Palette
 * @property {string} ground where the title stands
 * @property {string} ink the title
 * @property {string} sky the background of the composition
 * @property {string} a its main shape
 * @property {string} b its second shape
 * @property {string} c its accent
 */

/** @type {(ground: string, ink: string, sky: string, a: string, b: string, c: string) => Palette} */
const palette = (ground, ink, sky, a, b, c) => ({ ground, ink, sky, a, b, c });

/** @type {Record<string, Palette[]>} */
export const PALETTES = {
  night: [
    palette("#141b2d", "#f4ead7", "#1f2b47", "#e2562f", "#48608f", "#f2b84b"),
    palette("#1a1512", "#f6ead9", "#2b211b", "#c8382a", "#6e5a49", "#eac27a"),
    palette("#10201f", "#e9f0df", "#183331", "#d9b44a", "#2f6660", "#ef6f4c"),
    palette("#1d1426", "#f3e6f0", "#2e1f3d", "#c84b6b", "#5e4a86", "#f0a35e"),
    palette("#0f1a24", "#eaf1f2", "#17293a", "#8fc1c9", "#34566f", "#f0d264"),
    palette("#211616", "#f9e8dd", "#3a2020", "#f0e0cb", "#8a3a33", "#e9573f"),
  ],
  sun: [
    palette("#f3e3c3", "#3a2114", "#f0b65a", "#c4492b", "#7c3a25", "#fbf0d5"),
    palette("#40251a", "#fbe9cc", "#e59a4a", "#8e3f23", "#5d2b1c", "#f8dca3"),
    palette("#e9dcc2", "#26302a", "#c9b98d", "#57694c", "#2f4136", "#c9552f"),
    palette("#22333b", "#f6ead4", "#e4a863", "#3f5a5c", "#172a31", "#d9542f"),
    palette("#efe0cd", "#3b1f1c", "#d98e6c", "#a53d2c", "#5a2a2a", "#f4c25c"),
    palette("#2c2a1e", "#f5ecd0", "#b7a15c", "#6d6a35", "#403f24", "#e2612d"),
  ],
  sweet: [
    palette("#fbe6dc", "#5a1e2c", "#f4b8a8", "#d8485a", "#8e2b46", "#fdf3e4"),
    palette("#6b1f35", "#fdeadf", "#b9405a", "#f2a18e", "#4a1326", "#fbd3a4"),
    palette("#f8ebcf", "#233a5c", "#f6c7b0", "#e8705c", "#34568b", "#f7dc83"),
    palette("#fff1e6", "#4b2a55", "#e6c4dd", "#b3568f", "#6c3c7e", "#f6a96c"),
    palette("#f6f0dc", "#1f4a45", "#a9d3c0", "#ef7d5b", "#2b6e66", "#f9d36a"),
    palette("#2c3a5e", "#fdf0dd", "#e88c8c", "#f6cba5", "#445a8c", "#fdf0dd"),
  ],
  bright: [
    palette("#fbd349", "#2a1e0f", "#fbd349", "#e5472e", "#1f6f78", "#fdf4dc"),
    palette("#f9efe0", "#1d2b4f", "#ff8a5c", "#1d2b4f", "#f5c542", "#f9efe0"),
    palette("#b8321b", "#fff6e6", "#e5482d", "#fbd66b", "#26324f", "#fff6e6"),
    palette("#fdf1d8", "#143c3c", "#3aa6a0", "#f26a4b", "#143c3c", "#ffd45e"),
    palette("#1f5d8c", "#fdf3df", "#2b7bb5", "#fbc94a", "#ef6248", "#fdf3df"),
    palette("#f6c9c4", "#3d1f3b", "#f6c9c4", "#e2543d", "#5b3a7c", "#ffefd0"),
  ],
  cosmic: [
    palette("#0d1028", "#eceaf8", "#171b45", "#7f6bf0", "#3d3f96", "#f6c657"),
    palette("#0b1d26", "#e2f4f2", "#0f3340", "#37b5ac", "#1d5e6d", "#ff7a52"),
    palette("#1b0f2b", "#f6e9fb", "#331a4f", "#e45fa4", "#6b3a9c", "#ffce6e"),
    palette("#e7e3d8", "#16202e", "#b9c4c6", "#e0562f", "#344a63", "#f4efe2"),
    palette("#10151b", "#f2efe6", "#232e39", "#f0ead9", "#4c6577", "#f0543a"),
    palette("#16132b", "#fdeedd", "#48306b", "#f78f5b", "#7a3f80", "#fbd27f"),
  ],
  paper: [
    palette("#f1ece2", "#211d1a", "#d9cfbf", "#20456b", "#b04a32", "#e2b14a"),
    palette("#e8e4da", "#1d2a2a", "#bfc9be", "#2f5d54", "#1d2a2a", "#d9663d"),
    palette("#22303f", "#f3ecdd", "#34495e", "#e3d7bf", "#6f8798", "#d8793f"),
    palette("#f5e9df", "#33211c", "#e7c9b3", "#8c4a34", "#3e3f52", "#d99a3c"),
    palette("#2d2622", "#f4e9da", "#4a3d34", "#d9c7ad", "#9c6b4a", "#c9452f"),
    palette("#e3e6e4", "#1c2633", "#aebcc6", "#2c4a6b", "#6f7f8c", "#c44b3b"),
  ],
};

/**
 * Which family and composition belong to a genre. The order is that of the most telling genre first: a film of
 * science fiction and drama looks like science fiction.
 * @type {[RegExp, keyof typeof PALETTES, string[], string][]}
 */
export const GENRES = [
  [/western/, "sun", ["mesa"], "slab"],
  [/animation|anime|comics/, "bright", ["figures", "blocks", "kites"], "round"],
  [/children|kids|family/, "bright", ["blocks", "figures", "kites"], "round"],
  [/horror|gothic/, "night", ["eye", "teeth"], "gothic"],
  [/science-fiction|sci-fi/, "cosmic", ["orbit", "horizon", "signal"], "wide"],
  [/noir/, "night", ["blinds"], "tall"],
  [/fantasy|poetry|religion/, "cosmic", ["arches", "moons"], "fable"],
  [/musical|^music$/, "bright", ["record", "bars"], "round"],
  [/war/, "sun", ["chevrons"], "tall"],
  [/sport/, "bright", ["lanes"], "tall"],
  [/documentary|science$|nature|travel|language/, "paper", ["contact"], "plain"],
  [/romance/, "sweet", ["meeting", "petals"], "love"],
  [/mystery|psychology/, "night", ["labyrinth"], "fable"],
  [/crime/, "night", ["blinds", "converge"], "tall"],
  [/thriller/, "night", ["converge", "labyrinth"], "tall"],
  [/action/, "sun", ["shards", "burst"], "slab"],
  [/adventure/, "sun", ["ridges", "waves"], "slab"],
  [/comedy|humor/, "bright", ["smiles", "figures", "halves"], "round"],
  [/history|biography|memoir|politics|economics|business/, "paper", ["columns"], "fable"],
  [/drama|classics|philosophy|essays|art/, "paper", ["tiles", "halves"], "serif"],
];
