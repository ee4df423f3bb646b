/**
 * Which page a path opens. Links are plain links; a click on one within the client changes the path without a load.
 */
import { storeOf } from "./store.js";

/**
 * @typedef {object} Route
 * @property {RegExp} path its groups are the page's `parameters`
 * @property {string} name the module in pages/
 * @property {string} section the entry of the navigation that is marked
 */

/** @type {Route[]} */
export const ROUTES = [
  { path: /^\/$/, name: "home", section: "home" },
  { path: /^\/search$/, name: "search", section: "search" },
  { path: /^\/title\/(?<id>[0-9a-f-]{36})$/, name: "title", section: "search" },
  { path: /^\/sign-in$/, name: "sign-in", section: "me" },
  { path: /^\/me$/, name: "me", section: "me" },
  { path: /^\/docs(\/(?<document>[\w-]+))?$/, name: "docs", section: "docs" },
];
const NOT_FOUND = { name: "not-found", section: "" };
/** Paths of the same address that are no pages of this client. */
const OTHERS = /^\/(status|rest|auth|storage|functions|realtime|search\/|docs\/.*\.md$)/;

/**
 * @typedef {object} Place
 * @property {string} name
 * @property {string} section
 * @property {Record<string, string>} parameters
 * @property {URLSearchParams} query
 * @property {string} path
 * @property {string} hash
 */

/** @returns {Place} */
function current() {
  const { pathname, search, hash } = globalThis.location;
  const shared = { query: new URLSearchParams(search), path: pathname, hash };
  for (const { path, name, section } of ROUTES) {
    const match = path.exec(pathname);
    if (match) return { ...shared, name, section, parameters: { ...match.groups } };
  }
  return { ...shared, ...NOT_FOUND, parameters: {} };
}

export const place = storeOf(current());
/** Where each visited entry of the history was scrolled to. @type {Map<string, number>} */
const scrolls = new Map();

/**
 * Open a path of this client.
 * @param {string} path
 * @param {{ replace?: boolean }} [options] `replace` for a change of the same page's state
 */
export function go(path, { replace = false } = {}) {
  if (replace) history.replaceState(history.state, "", path);
  else {
    remember();
    history.pushState({ key: crypto.randomUUID() }, "", path);
  }
  const before = place.get();
  place.set(current());
  if (before.path !== place.get().path) arrive(0);
}

export function startRouter() {
  history.scrollRestoration = "manual";
  globalThis.addEventListener("popstate", () => {
    place.set(current());
    arrive(scrolls.get(history.state?.key ?? "") ?? 0);
  });
  document.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest?.("a[href]");
    if (!link || !isOurs(/** @type {HTMLAnchorElement} */ (link), event)) return;
    event.preventDefault();
    const { pathname, search, hash } = /** @type {HTMLAnchorElement} */ (link);
    go(pathname + search + hash);
  });
}

/** @param {HTMLAnchorElement} link @param {MouseEvent} event */
function isOurs(link, event) {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey &&
    !event.defaultPrevented;
  const inside = link.origin === location.origin && !link.target && !link.hasAttribute("download") &&
    !OTHERS.test(link.pathname);
  const jump = link.hash !== "" && link.pathname === location.pathname;
  return plain && inside && !jump;
}

function remember() {
  scrolls.set(history.state?.key ?? "", scrollY);
}

/** A page is new: its top is shown, and its heading has the focus, so that a screen reader begins there.
 * @param {number} top */
function arrive(top) {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      scrollTo(0, top);
      document.querySelector("main")?.focus({ preventScroll: true });
    })
  );
}
