/**
 * The frame of every page: navigation, theme and language, the page itself, announcements.
 */
import { html, useState } from "../ui.js";
import { viewer } from "../api/identity.js";
import { chooseLanguage, language, LANGUAGES, t } from "../i18n.js";
import { kept, useStore } from "../store.js";
import { Icon } from "./icons.js";
import { KidsBar } from "./kids-bar.js";
import { Toasts } from "./toast.js";

/** At most five on a phone; Learn and Together join with their pages. */
const ENTRIES = [
  { name: "home", href: "/" },
  { name: "search", href: "/search" },
  { name: "me", href: "/me" },
  { name: "docs", href: "/docs" },
];
const theme = kept("theme");

/** @param {{ section: string, children?: unknown }} properties */
export function Shell({ section, children }) {
  useStore(language);
  return html`
    <a class="skip" href="#main">${t("nav.skip")}</a>
    <header class="rail">
      <a class="brand" href="/" aria-label="CineFluent">
        <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
          <path d="M23 8.5a10 10 0 1 0 0 15" fill="none" stroke="currentColor" stroke-width="3.400"
            stroke-linecap="round" />
          <circle cx="19.500" cy="16" r="3.300" />
        </svg>
      </a>
      <nav aria-label=${t("nav.label")}>
        ${ENTRIES.map((entry) => html`<${Entry} ...${entry} current=${entry.name === section} />`)}
      </nav>
      <div class="rail-end">
        <${LanguageChoice} />
        <${ThemeSwitch} />
      </div>
    </header>
    <div class="page">
      <${KidsBar} />
      <main id="main" tabindex="-1">${children}</main>
      <${Footer} />
    </div>
    <${Toasts} />
  `;
}

/** @param {{ name: string, href: string, current: boolean }} properties */
function Entry({ name, href, current }) {
  const who = useStore(viewer);
  const label = name === "me" && !who ? t("nav.sign-in") : t(`nav.${name}`);
  const to = name === "me" && who === null ? "/sign-in" : href;
  return html`<a href=${to} aria-current=${
    current ? "page" : null
  }><${Icon} name=${name} /><span>${label}</span></a>`;
}

function ThemeSwitch() {
  const [chosen, change] = useState(document.documentElement.dataset.theme);
  const other = chosen === "dark" ? "light" : "dark";
  const turn = () => {
    document.documentElement.dataset.theme = other;
    theme.set(other);
    change(other);
  };
  return html`
    <button class="quiet round" aria-label=${t(`theme.${other}`)} title=${t(`theme.${other}`)}
      onClick=${turn}><${Icon} name=${other === "light" ? "sun" : "moon"} /></button>
  `;
}

function LanguageChoice() {
  const names = Object.keys(LANGUAGES);
  const now = useStore(language);
  const next = names[(names.indexOf(now) + 1) % names.length];
  const label = LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (next)];
  return html`
    <button class="quiet round" lang=${next} title=${label} onClick=${() => chooseLanguage(next)}>
      ${next.toUpperCase()}<span class="visually-hidden"> ${label}</span>
    </button>
  `;
}

function Footer() {
  return html`
    <footer class="foot">
      <span>CineFluent</span>
      <a href="/docs">${t("nav.docs")}</a>
      <a href="/status">${t("nav.status")}</a>
      <div class="foot-end">
        <${LanguageChoice} />
        <${ThemeSwitch} />
      </div>
    </footer>
  `;
}
