/**
 * Filters with the number of results of each, and what was understood of a query, each of which can be taken back.
 */
import { html } from "../ui.js";
import { has, nameOf, number, t } from "../i18n.js";
import { Icon } from "./icons.js";

const SHOWN = 8;
export const FACETS = ["kind", "genre", "decade", "language", "tier"];

/** The name of a facet's value for people. @param {string} facet @param {string | number} value @param {Map<string, string>} genres */
export function labelOf(facet, value, genres) {
  if (facet === "genre") return genres.get(String(value)) ?? String(value);
  if (facet === "language") return nameOf("language", String(value));
  if (facet === "decade") return t("facet.decade.value", { decade: value });
  const key = `${facet}.${value}`;
  return has(key) ? t(key) : String(value);
}

/**
 * @param {{ facets: Record<string, import("../api/search.js").FacetValue[]>, chosen: Record<string, string>, genres: Map<string, string>,
 *   change: (facet: string, value: string | null) => void }} properties
 */
export function Facets({ facets, chosen, genres, change }) {
  return html`
    <div class="facets">
      ${FACETS.map((facet) => {
        const values = (facets[facet] ?? []).filter((each, i) =>
          each.value !== null && (i < SHOWN || each.count === 0)
        );
        const now = chosen[facet];
        if (now && !values.some((each) => String(each.value) === now)) {
          values.unshift({ value: now, count: 0 });
        }
        return (values.length > 1 || now) && html`
          <fieldset key=${facet}>
            <legend>${t(`facet.${facet}`)}</legend>
            <div class="chips">${values.map((each) =>
              html`
                <button key=${each.value} type="button" class="chip" aria-pressed=${String(each.value) === now
                  ? "true"
                  : "false"}
                  onClick=${() => change(facet, String(each.value) === now ? null : String(each.value))}>
                  ${labelOf(facet, each.value, genres)}${each.count > 0 &&
                    html`<span class="count">${number(each.count)}</span>`}
                </button>
              `
            )}
            </div>
          </fieldset>
        `;
      })}
    </div>
  `;
}

/** @param {{ entries: import("../api/search.js").Understood[], undo: (words: string) => void }} properties */
export function UnderstoodChips({ entries, undo }) {
  if (!entries.length) return null;
  return html`
    <div class="understood"><span>${t("search.understood")}</span>
      <div class="chips">${entries.map((entry) =>
        html`
          <button type="button" class="chip" key=${entry.label} aria-label=${t("search.undo", {
            label: entry.label,
          })} onClick=${() => undo(entry.words)}>
            ${entry.label}<${Icon} name="close" />
          </button>
        `
      )}</div>
    </div>
  `;
}
