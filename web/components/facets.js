/**
 * Filters with the number of results of each, and what was understood of a query, each of which can be taken back.
 */
import { html } from "../ui.js";
import { has, nameOf, number, t } from "../i18n.js";
import { Icon } from "./icons.js";

const SHOWN = 8;
/** Alternatives of a part that its label names. */
const NAMED = 3;
/** @type {Record<string, string>} */
const FACET_OF = { genres: "genre", languages: "language", kinds: "kind" };
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

/**
 * @param {{ entries: import("../api/search.js").Understood[], genres: Map<string, string>, undo: (part: string) => void }} properties
 */
export function UnderstoodChips({ entries, genres, undo }) {
  if (!entries.length) return null;
  return html`
    <div class="understood"><span>${t("search.understood")}</span>
      <div class="chips">${entries.map((entry) => {
        const label = partLabel(entry, genres);
        return html`
          <button type="button" class="chip" key=${entry.part} aria-label=${t("search.undo", { label })}
            onClick=${() => undo(entry.part)}>
            ${label}<${Icon} name="close" />
          </button>
        `;
      })}</div>
    </div>
  `;
}

/** @param {import("../api/search.js").Understood} entry @param {Map<string, string>} genres */
function partLabel({ part, values }, genres) {
  if (part === "like") return t("understood.like", { title: values[0] });
  if (part === "years") return yearsLabel(values[0], values[1]);
  if (part === "countries") return listed(values.map((code) => nameOf("region", code)));
  const facet = FACET_OF[part];
  return listed(facet ? values.map((value) => labelOf(facet, value, genres)) : values);
}

/** @param {string} from @param {string} to */
function yearsLabel(from, to) {
  if (from === to) return from;
  if (!from || !to) return t(from ? "understood.since" : "understood.until", { year: from || to });
  return `${from}–${to}`;
}

/** @param {string[]} names */
const listed = (names) => names.slice(0, NAMED).join(", ") + (names.length > NAMED ? ", …" : "");
