/** A progress ring with its number in the middle. */
import { html } from "../ui.js";
import { t } from "../i18n.js";

const AROUND = 2 * Math.PI * 20;

/** @param {{ value: number, of: number }} properties */
export function Ring({ value, of }) {
  return html`
    <svg class="ring" viewBox="0 0 48 48" role="img" aria-label=${t("ring", { value, of })}>
      <circle class="ring-way" cx="24" cy="24" r="20" />${value > 0 && html`
        <circle class="ring-done" cx="24" cy="24" r="20" stroke-dasharray="${(AROUND * value) / of} ${AROUND}"
          transform="rotate(-90 24 24)" />
      `}
      <text x="24" y="29" text-anchor="middle">${value}</text>
    </svg>
  `;
}
