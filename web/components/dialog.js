/**
 * A dialog over the page: the browser's own, which keeps the focus and closes on Escape.
 */
import { html, useEffect, useId, useRef } from "../ui.js";
import { t } from "../i18n.js";
import { Icon } from "./icons.js";

/** @param {{ title: string, close: () => void, children?: unknown }} properties */
export function Dialog({ title, close, children }) {
  const id = useId();
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    element.current?.showModal();
    return () => before?.focus();
  }, []);
  return html`
    <dialog ref=${element} aria-labelledby=${id} onClose=${close} onCancel=${close}>
      <header><h2 id=${id}>${title}</h2>
      <button class="quiet round" aria-label=${t(
        "close",
      )} onClick=${close}><${Icon} name="close" /></button></header>
      ${children}
    </dialog>
  `;
}
