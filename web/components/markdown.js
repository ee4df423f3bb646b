/**
 * Markdown as elements: sanitised, headings with the anchors that links name, links to documents as pages.
 */
import { marked } from "../vendor/marked.js";
import DOMPurify from "../vendor/purify.js";

/**
 * @param {string} text
 * @returns {DocumentFragment}
 */
export function rendered(text) {
  const fragment = /** @type {DocumentFragment} */ (/** @type {unknown} */ (DOMPurify.sanitize(
    /** @type {string} */ (marked.parse(text)),
    {
      RETURN_DOM_FRAGMENT: true,
      FORBID_TAGS: ["style", "form", "input"],
      FORBID_ATTR: ["style"],
    },
  )));
  for (const heading of fragment.querySelectorAll("h1, h2, h3, h4")) {
    heading.id = anchorOf(heading.textContent ?? "");
  }
  for (const link of fragment.querySelectorAll("a[href]")) {
    link.setAttribute("href", addressOf(link.getAttribute("href") ?? ""));
  }
  for (const table of fragment.querySelectorAll("table, pre")) framed(table);
  return fragment;
}

/** The anchor that GitHub gives to a heading. @param {string} heading */
function anchorOf(heading) {
  return heading.trim().toLowerCase().replace(/[^\p{Letter}\p{Number}\s_-]/gu, "").replace(/\s/g, "-");
}

/** `glossary.md#item` is the page /docs/glossary#item. Other files are those of the repository. @param {string} href */
function addressOf(href) {
  const match = /^(?:\.\/)?([\w-]+)\.md(#.*)?$/.exec(href);
  return match ? `/docs/${match[1]}${match[2] ?? ""}` : href;
}

/** Wide tables and code scroll by themselves, also by the keyboard. @param {Element} element */
function framed(element) {
  const frame = document.createElement("div");
  frame.className = "scroller";
  frame.tabIndex = 0;
  element.replaceWith(frame);
  frame.append(element);
}
