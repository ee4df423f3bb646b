/**
 * A title in a row or a grid: poster, name, year, and why it is there.
 */
import { html } from "../ui.js";
import { t } from "../i18n.js";
import { Icon } from "./icons.js";
import { Poster } from "./poster.js";

/**
 * @param {{ item: import("../api/catalog.js").Item, reason?: string, note?: unknown, dismiss?: () => void, opened?: () => void, tabindex?: number }} properties
 */
export function Card({ item, reason, note, dismiss, opened, tabindex }) {
  return html`
    <article class="card">
      <a href="/title/${item.id}" tabindex=${tabindex} data-stop="" onClick=${opened}>
        <${Poster} item=${item} />
        <h3>${item.title}</h3>
      </a>
      <p class="facts">${item.year ?? t("title.no-year")}${item.kind !== "movie" &&
        html`<span> · ${t(`kind.${item.kind}`)}</span>`}</p>
      ${reason && html`<p class="reason">${reason}</p>`}
      ${note}
      ${dismiss && html`
        <button class="dismiss quiet round" tabindex=${tabindex} aria-label=${t("card.dismiss", {
          title: item.title,
        })} title=${t("title.not-for-me")}
          onClick=${dismiss}><${Icon} name="away" /></button>
      `}
    </article>
  `;
}
