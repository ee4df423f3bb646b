/**
 * Search results. The address holds all of it: the query, the filters; so Back and a shared link work.
 */
import { html, useEffect, useState } from "../ui.js";
import { getByGenre, getGenres } from "../api/catalog.js";
import { search, understoodOf } from "../api/search.js";
import { getPopular } from "../api/recommend.js";
import { viewer } from "../api/identity.js";
import { number, t } from "../i18n.js";
import { go } from "../router.js";
import { useStore } from "../store.js";
import { Card } from "../components/card.js";
import { FACETS, Facets, UnderstoodChips } from "../components/facets.js";
import { SearchBox } from "../components/search-box.js";
import { EmptyState, ErrorState, RowSkeleton, useData } from "../components/states.js";

/** @typedef {import("../api/search.js").Answer} Answer */

/** @param {{ place: import("../router.js").Place }} properties */
export default function Search({ place }) {
  const who = useStore(viewer);
  const chosen = Object.fromEntries(
    FACETS.flatMap((facet) => place.query.get(facet) ? [[facet, String(place.query.get(facet))]] : []),
  );
  const q = place.query.get("q") ?? "";
  const state = JSON.stringify([q, chosen]);
  const genres = useData(getGenres, []);
  const answer = useData((signal) => answerTo(q, chosen, signal), [state, who?.acting?.id]);
  useEffect(() => {
    document.title = t("search.page", { q: q || t("nav.search") });
  }, [q]);
  const names = new Map(genres.value?.map((genre) => [genre.slug, genre.name]));
  const change = (/** @type {string} */ facet, /** @type {string | null} */ value) =>
    go(address(q, { ...chosen, [facet]: value }));
  const literal = (/** @type {string} */ words) => go(address(quoted(q, words), chosen));
  return html`
    <div class="content search">
      <h1 class="visually-hidden">${t("nav.search")}</h1>
      <${SearchBox} value=${q} autofocus=${!q && !Object.keys(chosen).length} />
      ${answer.error
        ? html`<${ErrorState} error=${answer.error} retry=${answer.again} />`
        : !answer.value
        ? html`
          <div class="grid-wait">
            <p class="visually-hidden" role="status">${t("loading")}</p>
            <${RowSkeleton} count=${12} />
          </div>
        `
        : html`
          <${UnderstoodChips} entries=${understoodOf(answer.value.understood)} undo=${literal} />
          <div class="result-page">
            <${Facets} facets=${answer.value.facets} chosen=${chosen} genres=${names} change=${change} />
            <${Results} key=${state} q=${q} chosen=${chosen} answer=${answer.value} clear=${() =>
              go(address(q, {}))} />
          </div>
        `}
    </div>
  `;
}

/** @param {{ q: string, chosen: Record<string, string>, answer: Answer, clear: () => void }} properties */
function Results({ q, chosen, answer, clear }) {
  const [pages, add] = useState([answer]);
  const [busy, wait] = useState(false);
  const last = pages[pages.length - 1];
  const filtered = Object.keys(chosen).length > 0;
  const more = async () => {
    wait(true);
    try {
      const next = await search({ q, ...chosen, cursor: String(last.next_cursor) });
      add([...pages, next]);
    } finally {
      wait(false);
    }
  };
  if (!answer.results.length) {
    return html`<${EmptyState} title=${t("search.empty", { q })} text=${
      t(filtered ? "search.empty.filters" : "search.empty.do")
    }>
      ${
      filtered
        ? html`<button class="main" onClick=${clear}>${t("search.clear-filters")}</button>`
        : html`<a class="button main" href="/">${t("search.browse")}</a>`
    }<//>`;
  }
  return html`
    <section class="results" aria-label=${t("search.results")}>
      <h2 class="visually-hidden">${t("search.results")}</h2>
      <p class="total" role="status">${q
        ? t("search.total", { count: answer.total, shown: number(answer.total), q })
        : t("search.popular")}</p>
      <ul class="grid">${pages.flatMap((page) => page.results).map((item) =>
        html`
          <li key=${item.id}>
            <${Card} item=${item} note=${html`<${Snippet} text=${item.snippet_html ?? ""} />`} />
          </li>
        `
      )}</ul>
      ${last.next_cursor && html`
        <div
          class="actions centre"><button class="button" disabled=${busy} onClick=${more}>${t(
            "search.more",
          )}</button></div>
      `}
    </section>
  `;
}

/** The words around a match. The server marks them with <mark>; everything else stays text. @param {{ text: string }} properties */
function Snippet({ text }) {
  const parts = text.split(/<\/?mark>/).map(unescaped);
  return text &&
    html`<p class="snippet">${parts.map((part, i) => (i % 2 ? html`<mark>${part}</mark>` : part))}</p>`;
}

const ENTITIES = /** @type {Record<string, string>} */ ({
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&amp;": "&",
});
/** @param {string} text */
const unescaped = (text) => text.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity]);

/**
 * Results of a query. Without one: the films of a genre, or the popular ones.
 * @param {string} q
 * @param {Record<string, string>} chosen
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
async function answerTo(q, chosen, signal) {
  if (q.trim()) return search({ q, ...chosen }, signal);
  if (Object.keys(chosen).some((facet) => !["genre", "kind"].includes(facet))) return search(chosen, signal);
  const genre = (await getGenres()).find((each) => each.slug === chosen.genre);
  const items = genre ? await getByGenre(genre.id, 60) : await getPopular(48, chosen.kind);
  const facet = (await getGenres()).map((each) => ({ value: each.slug, count: 0 })).slice(0, 24);
  return {
    results: /** @type {import("../api/search.js").Result[]} */ (items),
    total: items.length,
    facets: { genre: facet },
    next_cursor: null,
  };
}

/** @param {string} q @param {Record<string, string | null>} chosen */
function address(q, chosen) {
  const query = new URLSearchParams(
    Object.entries({ q, ...chosen }).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
  return `/search?${query}`;
}

/** The query with words in quotes, which search takes literally. @param {string} q @param {string} words */
function quoted(q, words) {
  const at = q.toLowerCase().indexOf(words.toLowerCase());
  return at < 0 ? q : `${q.slice(0, at)}"${q.slice(at, at + words.length)}"${q.slice(at + words.length)}`;
}
