/**
 * Why a title is in a list, in the reader's language: by the code, with the name that the sentence carries.
 */
import { has, language, t } from "../i18n.js";

/** @param {import("../api/catalog.js").Item} item */
export function reasonOf(item) {
  if (language.get() === "en" && item.reason) return item.reason;
  const key = `reason.${item.reason_code}`;
  const named = item.reason?.match(/^Because you liked (.+)$/)?.[1];
  if (named && has(`${key}.named`)) return t(`${key}.named`, { title: named });
  return item.reason_code && has(key) ? t(key) : item.reason ?? "";
}
