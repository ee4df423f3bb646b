/**
 * A row of cards with arrows. The Tab key visits a row once; the arrow keys, Home and End move within it.
 */
import { html, useEffect, useId, useRef, useState } from "../ui.js";
import { t } from "../i18n.js";
import { Icon } from "./icons.js";
import { ErrorState, RowSkeleton } from "./states.js";

/**
 * @param {{ title: string, text?: string, items?: import("../api/catalog.js").Item[], error?: unknown, retry?: () => void,
 *   card: (item: import("../api/catalog.js").Item, tabindex: number) => unknown, more?: { href: string, label: string } }} properties
 */
export function Row({ title, text, items, error, retry, card, more }) {
  const id = useId();
  const track = useRef(/** @type {HTMLUListElement | null} */ (null));
  const [stop, setStop] = useState(0);
  const ends = useEnds(track, items);
  if (items?.length === 0) return null;
  const shift = (/** @type {number} */ way) => {
    const element = /** @type {HTMLUListElement} */ (track.current);
    const sign = getComputedStyle(element).direction === "rtl" ? -way : way;
    element.scrollBy({ left: sign * element.clientWidth * 0.8 });
  };
  return html`
    <section class="row" aria-labelledby=${id}>
      <header><h2 id=${id}>${title}</h2>${text && html`<p>${text}</p>`}
        ${more && html`<a class="more" href=${more.href}>${more.label}</a>`}
        ${items && html`
          <div class="arrows">
            <button class="quiet round" tabindex="-1" disabled=${ends.start} aria-label=${t("row.back", {
              row: title,
            })}
              onClick=${() => shift(-1)}><${Icon} name="previous" /></button>
            <button class="quiet round" tabindex="-1" disabled=${ends.end} aria-label=${t("row.on", {
              row: title,
            })}
              onClick=${() => shift(1)}><${Icon} name="next" /></button>
          </div>
        `}
      </header>
      ${error
        ? html`<${ErrorState} error=${error} retry=${retry} small=${true} />`
        : !items
        ? html`<${RowSkeleton} />`
        : html`
          <ul class="cards" ref=${track} onKeyDown=${(/** @type {KeyboardEvent} */ event) =>
            move(event, track.current, setStop)}>
            ${items.map((item, i) =>
              html`<li key=${item.id} onFocusIn=${() => setStop(i)}>${
                card(item, i === Math.min(stop, items.length - 1) ? 0 : -1)
              }</li>`
            )}
          </ul>
        `}
    </section>
  `;
}

/**
 * Move the focus to another card.
 * @param {KeyboardEvent} event
 * @param {HTMLUListElement | null} list
 * @param {(i: number) => void} setStop
 */
function move(event, list, setStop) {
  const links = /** @type {HTMLElement[]} */ ([...(list?.querySelectorAll("[data-stop]") ?? [])]);
  const at = links.findIndex((link) => link.closest("li")?.contains(/** @type {Node} */ (event.target)));
  const way = list && getComputedStyle(list).direction === "rtl" ? -1 : 1;
  const to = { ArrowRight: at + way, ArrowLeft: at - way, Home: 0, End: links.length - 1 }[event.key];
  if (to === undefined || !links[to]) return;
  event.preventDefault();
  setStop(to);
  links[to].focus();
}

/**
 * Whether the row is scrolled to its start or end.
 * @param {{ current: HTMLUListElement | null }} track
 * @param {unknown} items
 */
function useEnds(track, items) {
  const [ends, change] = useState({ start: true, end: false });
  useEffect(() => {
    const element = track.current;
    if (!element) return undefined;
    const read = () => {
      const at = Math.abs(element.scrollLeft);
      change({ start: at < 8, end: at + element.clientWidth > element.scrollWidth - 8 });
    };
    read();
    element.addEventListener("scroll", read, { passive: true });
    return () => element.removeEventListener("scroll", read);
  }, [items]);
  return ends;
}
