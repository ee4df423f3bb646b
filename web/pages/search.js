/**
 * Search results. The address holds all of it: the query, the filters, the order, and what is not to be understood; so
 * Back and a shared link work. Without a query it browses.
 */
import { html, useEffect, useState } from "../ui.js";
import { getGenres } from "../api/catalog.js";
import { recordClick, search, understoodOf } from "../api/search.js";
import { viewer } from "../api/identity.js";
import { number, t } from "../i18n.js";
import { go } from "../router.js";
import { useStore } from "../store.js";
import { Card } from "../components/card.js";
import { FACETS, Facets, UnderstoodChips } from "../components/facets.js";
import { SearchBox } from "../components/search-box.js";
import { ORDERS, Sorting } from "../components/sorting.js";
import { EmptyState, ErrorState, RowSkeleton, useData } from "../components/states.js";

/** @typedef {import("../api/search.js").Answer} Answer */

/** @param {{ place: import("../router.js").Place }} properties */
export default function Search({ place }) {
  const who = useStore(viewer);
  const chosen = Object.fromEntries(
    FACETS.flatMap((facet) => place.query.get(facet) ? [[facet, String(place.query.get(facet))]] : []),
  );
  const q = place.query.get("q") ?? "";
  const sort = ORDERS.find((order) => order === place.query.get("sort")) ?? "";
  const ignore = place.query.get("ignore") ?? "";
  const query = { q, ...chosen, ignore: q && ignore, sort: sort || (q ? "" : "popularity") };
  const state = JSON.stringify([query, who?.acting?.id]);
  const genres = useData(getGenres, []);
  // The earlier answer stays until the next one is there: it keeps the query that it belongs to.
  const found = useData(async (signal) => ({ state, query, answer: await search(query, signal) }), [state]);
  useEffect(() => {
    document.title = t("search.page", { q: q || t("nav.search") });
  }, [q]);
  const names = new Map(genres.value?.map((genre) => [genre.slug, genre.name]));
  const change = (/** @type {string} */ facet, /** @type {string | null} */ value) =>
    go(address({ q, ...chosen, sort, ignore, [facet]: value }));
  const undo = (/** @type {string} */ part) =>
    change("ignore", [...ignore.split(","), part].filter(Boolean).join());
  return html`
    <div class="content search">
      <h1 class="visually-hidden">${t("nav.search")}</h1>
      <${SearchBox} value=${q} autofocus=${!q && !Object.keys(chosen).length} />
      ${found.error ? html`<${ErrorState} error=${found.error} retry=${found.again} />` : !found.value
        ? html`
          <div class="grid-wait">
            <p class="visually-hidden" role="status">${t("loading")}</p>
            <${RowSkeleton} count=${12} />
          </div>
        `
        : html`
          <${UnderstoodChips} entries=${understoodOf(
            found.value.answer.understood,
          )} genres=${names} undo=${undo} />
          <div class="result-page">
            <${Facets} facets=${found.value.answer
              .facets} chosen=${chosen} genres=${names} change=${change} />
            <${Results} key=${found.value.state} query=${found.value
              .query} filtered=${Object.keys(chosen).length >
              0} answer=${found.value.answer} sorting=${html`
              <${Sorting} value=${sort} hasQuery=${Boolean(q)} change=${(
                /** @type {string | null} */ order,
              ) => change("sort", order)} />
            `}
              clear=${() => go(address({ q, ignore }))} />
          </div>
        `}
    </div>
  `;
}

/**
 * @param {{ query: import("../api/search.js").Query, filtered: boolean, answer: Answer, sorting: unknown,
 *   clear: () => void }} properties
 */
function Results({ query, filtered, answer, sorting, clear }) {
  const [pages, add] = useState([answer]);
  const [busy, wait] = useState(false);
  const last = pages[pages.length - 1];
  const { q } = query;
  const more = async () => {
    wait(true);
    try {
      const next = await search({ ...query, cursor: String(last.next_cursor) });
      add([...pages, next]);
    } finally {
      wait(false);
    }
  };
  if (!answer.results.length) {
    return html`<${EmptyState} title=${t("search.empty", { q: q ?? "" })} text=${
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
      <div class="result-head">
        <p class="total" role="status">${q
          ? t("search.total", { count: answer.total, shown: number(answer.total), q })
          : query.sort === "popularity"
          ? t("search.popular")
          : t("search.all")}</p>
        ${sorting}
      </div>
      <ul class="grid">${pages.flatMap((page) => page.results).map((item, i) =>
        html`
          <li key=${item.id}>
            <${Card} item=${item} opened=${() =>
              recordClick(answer.search_id, item.id, i + 1)} note=${html`<${Snippet} text=${
              item.snippet_html ?? ""
            } />`} />
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

/** @param {Record<string, string | null>} parameters */
function address(parameters) {
  const query = new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
  return `/search?${query}`;
}
