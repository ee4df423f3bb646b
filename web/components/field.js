/**
 * A form field with its label, a hint and its error, which screen readers read with it.
 */
import { html, useId } from "../ui.js";

/**
 * @param {{ label: string, value: string, onInput: (value: string) => void, error?: string, hint?: string, type?: string,
 *   autofocus?: boolean, [attribute: string]: unknown }} properties
 */
export function Field({ label, value, onInput, error = "", hint = "", type = "text", ...others }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <input id=${id} type=${type} value=${value} aria-invalid=${error
        ? "true"
        : null} aria-describedby=${described || null}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) =>
          onInput(event.currentTarget.value)} ...${others} />
      ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
      ${error && html`<p class="wrong" id="${id}-error" role="alert">${error}</p>`}
    </div>
  `;
}
