/**
 * Why a title is in a list, in the reader's language: by the code, with the name that the sentence carries.
 */
import { has, language, t } from "../i18n.js";

/** The English sentences that name something, and what they name. */
const NAMING = [
  /^Because you liked (?<title>.+)$/,
  /^Similar to (?<title>.+)$/,
  /^Directed by (?<subject>.+?), like (?<title>.+)$/,
  /^With (?<subject>.+?), as in (?<title>.+)$/,
  /^Because you like (?<subject>.+)$/,
  /^From the (?<subject>\d+)s, like much that you like$/,
];

/** @param {import("../api/catalog.js").Item} item */
export function reasonOf(item) {
  if (language.get() === "en" && item.reason) return item.reason;
  const key = `reason.${item.reason_code}`;
  const named = NAMING.map((sentence) => item.reason?.match(sentence)?.groups).find(Boolean);
  if (named && has(`${key}.named`)) return t(`${key}.named`, named);
  return item.reason_code && has(key) ? t(key) : item.reason ?? "";
}
