/**
 * The search box: suggestions while one types, chosen by arrow keys, Enter or a tap; Escape closes them.
 */
import { html, useEffect, useId, useRef, useState } from "../ui.js";
import { search, suggest } from "../api/search.js";
import { t } from "../i18n.js";
import { go } from "../router.js";
import { Icon } from "./icons.js";

/** Wait for a pause in typing: a request for each letter would use up the reader's limit. */
const PAUSE = 180;
/** Words from which a text describes rather than names. */
const SENTENCE = 3;

/** @param {{ value?: string, large?: boolean, autofocus?: boolean }} properties */
export function SearchBox({ value = "", large = false, autofocus = false }) {
  const id = useId();
  const [text, setText] = useState(value);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (autofocus) input.current?.focus();
  }, []);
  const found = useSuggestions(text, open);
  const shown = open && found.length > 0;
  const close = () => {
    setOpen(false);
    setAt(-1);
  };
  const submit = (/** @type {string} */ q) => {
    close();
    if (q.trim()) go(`/search?q=${encodeURIComponent(q.trim())}`);
  };
  const choose = (/** @type {any} */ each) => {
    close();
    if (each.id) go(`/title/${each.id}`);
    else submit(each.suggestion);
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" && shown) {
      event.preventDefault();
      close();
    }
    if (!shown || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    setAt(((at + 1 + (event.key === "ArrowDown" ? 1 : -1) + found.length + 1) % (found.length + 1)) - 1);
  };
  return html`
    <form class=${large ? "search-box large" : "search-box"} role="search"
      onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault();
        shown && at >= 0 ? choose(found[at]) : submit(text);
      }}>
      <${Icon} name="search" />
      <input ref=${input} type="text" enterkeyhint="search" role="combobox" aria-label=${t(
        "search.label",
      )} placeholder=${t("search.placeholder")}
        autocomplete="off" autocapitalize="off" spellcheck=${false} maxlength="300" value=${text}
        aria-expanded=${shown
          ? "true"
          : "false"} aria-controls="${id}-list" aria-autocomplete="list" aria-activedescendant=${at >= 0
          ? `${id}-${at}`
          : null}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) => {
          setText(event.currentTarget.value);
          setAt(-1);
          setOpen(true);
        }}
        onKeyDown=${press} onBlur=${() => setTimeout(close, 150)} />
      ${text && html`
        <button type="button" class="quiet round" aria-label=${t("search.clear")}
          onClick=${() => {
            setText("");
            input.current?.focus();
          }}><${Icon} name="close" /></button>
      `}
      <button class="main">${t("search.go")}</button>
      <ul id="${id}-list" role="listbox" aria-label=${t("search.suggestions")} hidden=${!shown}>
        ${found.map((each, i) =>
          html`
            <li id="${id}-${i}" key=${each.suggestion + each.id} role="option" aria-selected=${i === at
              ? "true"
              : "false"}
              onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()} onClick=${() =>
                choose(each)}>
              <${Icon} name=${each.id ? "film" : "search"} /><span>${each
                .suggestion}</span><small>${each.year ?? t(`kind.${each.kind}`)}</small>
            </li>
          `
        )}
      </ul>
      <p class="visually-hidden" role="status">${shown ? t("search.found", { count: found.length }) : ""}</p>
    </form>
  `;
}

/**
 * Suggestions for the text, after a pause; those of an older text never replace newer ones.
 * @param {string} text
 * @param {boolean} open
 * @returns {any[]}
 */
function useSuggestions(text, open) {
  const [found, change] = useState(/** @type {any[]} */ ([]));
  useEffect(() => {
    const q = text.trim();
    if (!open || q.length < 2) return change([]);
    const control = new AbortController();
    const wait = setTimeout(() => {
      fitting(q, control.signal).then((rows) => !control.signal.aborted && change(rows), () => {});
    }, PAUSE);
    return () => {
      clearTimeout(wait);
      control.abort();
    };
  }, [text, open]);
  return found;
}

/**
 * Names that begin like the text; for a sentence, which no name begins like, the titles it describes.
 * @param {string} q
 * @param {AbortSignal} signal
 * @returns {Promise<any[]>}
 */
async function fitting(q, signal) {
  const names = await suggest(q, signal);
  if (names.length || q.split(/\s+/).length < SENTENCE) return names;
  const { results } = await search({ q }, signal);
  return results.slice(0, 6).map((item) => ({ ...item, suggestion: item.title }));
}
