/**
 * The order of results: a list to choose from. Relevance exists for a query only.
 */
import { html, useId } from "../ui.js";
import { t } from "../i18n.js";

export const ORDERS = ["popularity", "year", "rating", "title"];

/** @param {{ value: string, hasQuery: boolean, change: (order: string | null) => void }} properties */
export function Sorting({ value, hasQuery, change }) {
  const id = useId();
  const first = hasQuery ? "relevance" : "popularity";
  const orders = hasQuery ? ["relevance", ...ORDERS] : ORDERS;
  return html`
    <p class="sorting">
      <label for=${id}>${t("sort.label")}</label>
      <select id=${id} value=${value || first}
        onChange=${(/** @type {{ currentTarget: HTMLSelectElement }} */ event) =>
          change(event.currentTarget.value === first ? null : event.currentTarget.value)}>
        ${orders.map((order) => html`<option key=${order} value=${order}>${t(`sort.${order}`)}</option>`)}
      </select>
    </p>
  `;
}
