/**
 * A rating by half stars: a slider for the keyboard, halves to click, and the same in words.
 */
import { html, useState } from "../ui.js";
import { number, t } from "../i18n.js";

const STAR =
  "M12 2.600l2.900 6 6.600.9-4.800 4.600 1.200 6.500L12 17.500l-5.900 3.100 1.200-6.500L2.500 9.500l6.600-.9z";

/**
 * @param {{ value: number | null, onRate: (value: number | null) => void, label: string, tabindex?: number, stop?: boolean }} properties
 */
export function Stars({ value, onRate, label, tabindex = 0 }) {
  const [hover, setHover] = useState(/** @type {number | null} */ (null));
  const shown = hover ?? value ?? 0;
  const press = (/** @type {KeyboardEvent} */ event) => {
    const now = value ?? 0;
    const next = {
      ArrowRight: now + 0.5,
      ArrowUp: now + 0.5,
      ArrowLeft: now - 0.5,
      ArrowDown: now - 0.5,
      Home: 0.5,
      End: 5,
      Delete: 0,
      Backspace: 0,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onRate(next <= 0 ? null : Math.min(5, next));
  };
  return html`
    <div class="stars" role="slider" tabindex=${tabindex} aria-label=${label} aria-valuemin="0"
      aria-valuemax="5" aria-valuenow=${value ?? 0}
      aria-valuetext=${value === null
        ? t("stars.none")
        : t("stars.value", { value: number(value), count: value })}
      onKeyDown=${press} onPointerLeave=${() => setHover(null)}>
      ${[1, 2, 3, 4, 5].map((star) =>
        html`
          <span class="star" key=${star}
            onPointerMove=${(/** @type {PointerEvent} */ event) => setHover(half(event, star))}
            onClick=${(/** @type {PointerEvent} */ event) =>
              onRate(half(event, star) === value ? null : half(event, star))}>
            <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
              <path class="empty" d=${STAR} />
              ${shown >= star ? html`<path class="full" d=${STAR} />` : shown >= star - 0.5 && html`
                <svg width="12" height="24" viewBox="0 0 12 24">
                  <path class="full" d=${STAR} />
                </svg>
              `}
            </svg>
          </span>
        `
      )}
    </div>
  `;
}

/** @param {PointerEvent} event @param {number} star */
function half(event, star) {
  const { left, width } = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
  const isFirst = event.clientX - left < width / 2;
  const rightToLeft = getComputedStyle(/** @type {Element} */ (event.currentTarget)).direction === "rtl";
  return isFirst !== rightToLeft ? star - 0.5 : star;
}
