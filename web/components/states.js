/**
 * The states of a page that are not the filled one: loading, empty, error.
 */
import { html, useEffect, useState } from "../ui.js";
import { t } from "../i18n.js";
import { Icon } from "./icons.js";

/**
 * Data that loads: `value` when it is there, `error` when it failed, neither while it loads.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {unknown[]} inputs loads again when one changes
 * @returns {{ value?: T, error?: unknown, again: () => void, change: (value: T) => void }}
 */
export function useData(load, inputs) {
  const [state, change] = useState(/** @type {{ value?: T, error?: unknown }} */ ({}));
  const [turn, again] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    change((before) => (before.error ? {} : before));
    load(control.signal).then(
      (value) => !control.signal.aborted && change({ value }),
      (error) => !control.signal.aborted && change({ error }),
    );
    return () => control.abort();
  }, [...inputs, turn]);
  return { ...state, again: () => again(turn + 1), change: (value) => change({ value }) };
}

/** @param {{ count?: number }} properties */
export function RowSkeleton({ count = 8 }) {
  return html`<div class="cards skeleton" aria-hidden="true">${
    [...Array(count).keys()].map((i) =>
      html`
        <div class="card" key=${i}>
          <div class="poster bone" />
          <div class="bone line" />
        </div>
      `
    )
  }</div>`;
}

export function PageSkeleton() {
  return html`
    <div class="content">
      <p class="visually-hidden" role="status">${t("loading")}</p>
      <div class="bone title" aria-hidden="true" />
      <${RowSkeleton} />
    </div>
  `;
}

/** @param {{ title: string, text?: string, page?: boolean, children?: unknown }} properties `page`: it is the whole page */
export function EmptyState({ title, text, page = false, children }) {
  return html`
    <div class="state"><${Icon} name="film" />${page
      ? html`<h1>${title}</h1>`
      : html`<h2>${title}</h2>`}${text && html`<p>${text}</p>`}
    ${children && html`<div class="actions">${children}</div>`}</div>
  `;
}

/** What happened and what to do. @param {{ error: unknown, retry?: () => void, small?: boolean }} properties */
export function ErrorState({ error, retry, small = false }) {
  const { kind = "broken", seconds = 60 } = /** @type {{ kind?: string, seconds?: number }} */ (error ?? {});
  return html`
    <div class=${small ? "state small" : "state"} role="alert">
      <${Icon} name="warn" />
      <h2>${t(`error.${kind}`)}</h2>
      <p>${t(`error.${kind}.do`, { seconds })}</p>
      <div class="actions">
        ${retry
          ? html`<button class="main" onClick=${retry}>${t("error.again")}</button>`
          : html`<a class="button main" href="/">${t("error.home")}</a>`}
      </div>
    </div>
  `;
}
