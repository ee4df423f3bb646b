/**
 * Short announcements at the foot of the page, with the way back where there is one.
 * @typedef {{ id: number, text: string, undo?: () => void }} Toast
 */
import { html } from "../ui.js";
import { t } from "../i18n.js";
import { storeOf, useStore } from "../store.js";
import { Icon } from "./icons.js";

const SHOWN = 8000;
const toasts = storeOf(/** @type {Toast[]} */ ([]));
let last = 0;

/**
 * @param {string} text
 * @param {() => void} [undo]
 */
export function announce(text, undo) {
  const toast = { id: last += 1, text, ...(undo && { undo }) };
  toasts.set([...toasts.get().slice(-1), toast]);
  setTimeout(() => dismiss(toast.id), SHOWN);
}

/** @param {number} id */
const dismiss = (id) => toasts.set(toasts.get().filter((toast) => toast.id !== id));

export function Toasts() {
  const shown = useStore(toasts);
  return html`
    <div class="toasts" role="status" aria-live="polite">
      ${shown.map((toast) =>
        html`
          <div class="toast" key=${toast.id}><span>${toast.text}</span>
            ${toast.undo && html`<button class="quiet" onClick=${() => {
              toast.undo?.();
              dismiss(toast.id);
            }}>${t("undo")}</button>`}
            <button class="quiet round" aria-label=${t("close")} onClick=${() =>
              dismiss(toast.id)}><${Icon} name="close" /></button>
          </div>
        `
      )}
    </div>
  `;
}
