/**
 * Texts by key, in the reader's language. A key that a language lacks is shown in English.
 */
import { kept, storeOf } from "./store.js";

export const LANGUAGES = /** @type {const} */ ({ en: "English", es: "Español" });
const RIGHT_TO_LEFT = ["ar", "fa", "he", "ur"];
const chosen = kept("language");

/** @type {Record<string, string>} */
let texts = {};
/** @type {Record<string, string>} */
let english = {};

export const language = storeOf("en");

/** Load the texts of the reader's language: the one chosen here, or the first of the browser's that there is. */
export async function startTexts() {
  english = await fetched("en");
  const wanted = [chosen.get(), ...navigator.languages.map((name) => name.slice(0, 2))];
  await setLanguage(wanted.find((name) => name !== null && name in LANGUAGES) ?? "en");
}

/** @param {string} name */
export async function setLanguage(name) {
  texts = name === "en" ? english : await fetched(name);
  document.documentElement.lang = name;
  document.documentElement.dir = RIGHT_TO_LEFT.includes(name) ? "rtl" : "ltr";
  language.set(name);
}

/** @param {string} name */
export async function chooseLanguage(name) {
  chosen.set(name);
  await setLanguage(name);
}

/**
 * The text of a key, with {names} replaced. A `count` chooses among KEY.one, KEY.other and the language's other forms.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const form = typeof values.count === "number"
    ? `${key}.${new Intl.PluralRules(language.get()).select(values.count)}`
    : key;
  const text = texts[form] ?? texts[key] ?? english[form] ?? english[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * Whether there is such a text.
 * @param {string} key
 */
export function has(key) {
  return key in texts || key in english;
}

/**
 * The name of a language or country in the reader's language.
 * @param {"language" | "region"} type
 * @param {string} code
 */
export function nameOf(type, code) {
  try {
    // The catalogue writes Cantonese as TMDB does.
    return new Intl.DisplayNames([language.get()], { type }).of(code === "cn" ? "yue" : code) ?? code;
  } catch {
    return code;
  }
}

/** @param {number} value */
export function number(value) {
  return new Intl.NumberFormat(language.get(), { maximumFractionDigits: 1 }).format(value);
}

/**
 * @param {string} name
 * @returns {Promise<Record<string, string>>}
 */
async function fetched(name) {
  const response = await fetch(new URL(`./i18n/${name}.json`, import.meta.url));
  return response.json();
}
