/**
 * A title: what it is, who made it, what the viewer thinks of it, what is like it.
 */
import { html, useEffect } from "../ui.js";
import { getAvailability, getCredits, getTitle } from "../api/catalog.js";
import { record } from "../api/feedback.js";
import { viewer } from "../api/identity.js";
import { getSimilar } from "../api/recommend.js";
import { nameOf, number, t } from "../i18n.js";
import { useStore } from "../store.js";
import { Card } from "../components/card.js";
import { Opinion } from "../components/opinion.js";
import { People } from "../components/people.js";
import { Poster } from "../components/poster.js";
import { DrawnBackdrop } from "../components/poster/backdrop.js";
import { reasonOf } from "../components/reason.js";
import { Row } from "../components/row.js";
import { EmptyState, ErrorState, PageSkeleton, useData } from "../components/states.js";

/** @typedef {import("../api/catalog.js").Title} Title */

/** @param {{ place: import("../router.js").Place }} properties */
export default function TitlePage({ place }) {
  const who = useStore(viewer);
  const { id } = place.parameters;
  const title = useData(() => getTitle(id), [id, who?.acting?.id]);
  useEffect(() => {
    if (!title.value) return;
    document.title = t("title.page", { title: title.value.title });
    if (who) record(id, "view").catch(() => {});
  }, [title.value?.id, who?.acting?.id]);
  if (title.error) return html`<${Missing} error=${title.error} retry=${title.again} />`;
  if (!title.value) return html`<${PageSkeleton} />`;
  return html`
    <div class="title-page">
      <${Head} title=${title.value} />
      <div class="content">
        <${People} load=${() => getCredits(id)} id=${id} authors=${title.value.authors} />
        <${Similar} key=${id + who?.acting?.id} id=${id} />
      </div>
    </div>
  `;
}

/** @param {{ error: any, retry: () => void }} properties */
function Missing({ error, retry }) {
  return error.kind === "missing"
    ? html`
      <${EmptyState} page=${true} title=${t("title.missing")}
        text=${t("title.missing.do")}><a class="button main" href="/search">${t("nav.search")}</a><//>
    `
    : html`<${ErrorState} error=${error} retry=${retry} />`;
}

/** @param {{ title: Title }} properties */
function Head({ title }) {
  const original = title.original && title.original !== title.title ? title.original : null;
  return html`
    <div class="title-head">
      <div class="title-light" aria-hidden="true">
        <${DrawnBackdrop} film=${title} />
      </div>
      <div class="content">
        <div class="title-poster">
          <${Poster} item=${title} />
        </div>
        <div class="title-text">
          <h1>${title.title}</h1>
          ${original && html`<p class="original" lang=${title.language}>${original}</p>`}
          <${Facts} title=${title} />
          ${title.overview
            ? html`<p class="overview">${title.overview}</p>`
            : html`<p class="overview muted">${t("title.no-overview")}</p>`}
          ${title.genreNames.length > 0 &&
            html`<div class="chips">${
              title.genreNames.map((genre) =>
                html`<a class="chip" key=${genre.id} href="/search?genre=${genre.slug}">${genre.name}</a>`
              )
            }</div>`}
          <${Availability} id=${title.id} />
          <${Opinion} key=${title.id} item=${title} />
        </div>
      </div>
    </div>
  `;
}

/** @param {{ title: Title }} properties */
function Facts({ title }) {
  const facts = [
    title.kind !== "movie" && t(`kind.${title.kind}`),
    title.year,
    title.minutes &&
    t("title.minutes", { hours: Math.floor(title.minutes / 60), minutes: title.minutes % 60 }),
    title.pages && t("title.pages", { count: title.pages }),
    title.countries.map((code) => nameOf("region", code)).join(", "),
    title.language && nameOf("language", title.language),
  ].filter(Boolean);
  return html`
    <ul class="fact-line">
      ${facts.map((fact) => html`<li key=${fact}>${fact}</li>`)}
      ${title.certificate &&
        html`<li><span class="certificate" title=${t("title.certificate")}>${title.certificate}</span></li>`}
      ${title.rating !== null &&
        html`<li class="average">★ ${number(title.rating)} <span class="muted">${
          t("title.ratings", { count: title.ratings })
        }</span></li>`}
    </ul>
  `;
}

/** Whether it may be watched here. @param {{ id: string }} properties */
function Availability({ id }) {
  const rows = useData(() => getAvailability(id), [id]);
  if (!rows.value?.length) return null;
  const premium = rows.value.every((row) => row.tier === "premium");
  const countries = rows.value.flatMap((row) => (row.country ? [nameOf("region", row.country)] : []));
  return html`<p class="available">${t(premium ? "title.premium" : "title.free")}${
    countries.length > 0 && ` ${t("title.countries", { countries: countries.join(", ") })}`
  }</p>`;
}

/** @param {{ id: string }} properties */
function Similar({ id }) {
  const list = useData(() => getSimilar(id), [id]);
  return html`
    <${Row} title=${t("title.similar")} items=${list.value} error=${list.error} retry=${list.again}
      card=${(/** @type {any} */ item, /** @type {number} */ tabindex) =>
        html`<${Card} item=${item} tabindex=${tabindex} reason=${reasonOf(item)} />`} />
  `;
}
