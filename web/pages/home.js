/**
 * Home: search, a taste for newcomers, and rows for the viewer.
 */
import { html, useEffect, useRef, useState } from "../ui.js";
import { getByGenre, getGenres } from "../api/catalog.js";
import { record } from "../api/feedback.js";
import { viewer } from "../api/identity.js";
import { getPopular, getRecommendations, getTrending } from "../api/recommend.js";
import { t } from "../i18n.js";
import { useStore } from "../store.js";
import { Card } from "../components/card.js";
import { Newcomer } from "../components/newcomer.js";
import { Poster } from "../components/poster.js";
import { reasonOf } from "../components/reason.js";
import { Row } from "../components/row.js";
import { SearchBox } from "../components/search-box.js";
import { EmptyState, PageSkeleton, useData } from "../components/states.js";
import { announce } from "../components/toast.js";

/** @typedef {import("../api/catalog.js").Item} Item */

const IDEAS = ["idea.1", "idea.2", "idea.3", "idea.4"];
/** Genres that a row is made of, as slugs of either source; those that the catalogue lacks are left out. */
const GENRES = [
  "comedy",
  "science-fiction",
  "sci-fi",
  "romance",
  "thriller",
  "animation",
  "crime",
  "fantasy",
  "war",
  "western",
  "horror",
];

export default function Home() {
  const who = useStore(viewer);
  const [taste, refresh] = useState(0);
  const popular = useData(() => getPopular(30), [who?.acting?.id]);
  useEffect(() => {
    document.title = t("home.page");
  }, []);
  if (who === undefined) return html`<${PageSkeleton} />`;
  const kids = who?.kids.kids_mode ?? false;
  return html`
    <div class="content home">
      <${Hero} items=${popular.value ?? []} kids=${kids} />
      ${popular.value?.length === 0 &&
        html`<${EmptyState} title=${t("home.empty")} text=${t("home.empty.do")} />`}
      ${!kids && popular.value?.length !== 0 &&
        html`<${Newcomer} key=${who?.acting?.id} done=${() => refresh(taste + 1)} />`}
      ${who && html`<${ForYou} key=${`${who.acting?.id} ${taste}`} />`}
      <${Trending} key=${`trending ${who?.acting?.id}`} />
      <${Row} title=${t("home.popular")} items=${popular.value} error=${popular.error} retry=${popular
        .again} card=${plain} />
      <${GenreRows} key=${`genres ${who?.acting?.id}`} />
    </div>
  `;
}

const plain = (/** @type {Item} */ item, /** @type {number} */ tabindex) =>
  html`<${Card} item=${item} tabindex=${tabindex} />`;

/** @param {{ items: Item[], kids: boolean }} properties */
function Hero({ items, kids }) {
  return html`
    <div class="hero">
      <div class="hero-wall" aria-hidden="true">${[0, 1, 2, 3, 4].map((column) =>
        html`<div class="hero-column" key=${column}>
        ${
          items.filter((_, i) => i % 5 === column).slice(0, 4).map((item) =>
            html`<${Poster} key=${item.id} item=${item} />`
          )
        }</div>`
      )}</div>
      <div class="hero-text">
        <h1>${t(kids ? "home.title-kids" : "home.title")}</h1>
        <p>${t("home.text")}</p>
        <${SearchBox} large=${true} />
        <div class="ideas"><span>${t("home.try")}</span>${IDEAS.map((idea) =>
          html`<a key=${idea} class="chip" href="/search?q=${encodeURIComponent(t(idea))}">${t(idea)}</a>`
        )}</div>
      </div>
    </div>
  `;
}

/** Recommendations; one that is not for the viewer goes, and comes back on Undo. */
function ForYou() {
  const list = useData(() => getRecommendations(24), []);
  const dismiss = async (/** @type {Item} */ item) => {
    const before = list.value ?? [];
    list.change(before.filter((other) => other.id !== item.id));
    const back = () => {
      list.change(before);
      record(item.id, "undo").catch(() => announce(t("error.broken")));
    };
    try {
      await record(item.id, "dismiss");
      announce(t("card.dismissed", { title: item.title }), back);
    } catch {
      list.change(before);
      announce(t("error.broken"));
    }
  };
  return html`
    <${Row} title=${t("home.for-you")} text=${t("home.for-you.text")} items=${list.value} error=${list
      .error} retry=${list.again}
      card=${(/** @type {Item} */ item, /** @type {number} */ tabindex) =>
        html`<${Card} item=${item} tabindex=${tabindex} reason=${reasonOf(item)} dismiss=${() =>
          dismiss(item)} />`} />
  `;
}

function Trending() {
  const list = useData(() => getTrending(20), []);
  return list.error ? null : html`<${Row} title=${t("home.trending")} items=${list.value} card=${plain} />`;
}

function GenreRows() {
  const genres = useData(getGenres, []);
  const shown = GENRES.flatMap((slug) => genres.value?.find((genre) => genre.slug === slug) ?? []);
  return shown.map((genre) => html`<${GenreRow} key=${genre.id} genre=${genre} />`);
}

/** A row that loads when it comes near: rows out of sight cost no request. @param {{ genre: import("../api/catalog.js").Genre }} properties */
function GenreRow({ genre }) {
  const [near, come] = useState(false);
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const watch = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && come(true),
      { rootMargin: "400px" },
    );
    if (place.current) watch.observe(place.current);
    return () => watch.disconnect();
  }, []);
  const list = useData(() => (near ? getByGenre(genre.id) : Promise.resolve(undefined)), [near]);
  return html`
    <div class="genre-row" ref=${place}>
      <${Row} title=${genre.name} items=${list.value} error=${list.error} retry=${list.again} card=${plain}
        more=${{ href: `/search?genre=${genre.slug}`, label: t("row.all") }} />
    </div>
  `;
}
