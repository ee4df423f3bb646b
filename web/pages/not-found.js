/**
 * A path that opens nothing.
 */
import { html, useEffect } from "../ui.js";
import { t } from "../i18n.js";
import { EmptyState } from "../components/states.js";

export default function NotFound() {
  useEffect(() => {
    document.title = t("not-found.title");
  }, []);
  return html`
    <div class="content">
      <${EmptyState} page=${true} title=${t("not-found.title")}
        text=${t("not-found.text")}><a class="button main" href="/">${t(
          "error.home",
        )}</a><a class="button" href="/search">${t("nav.search")}</a><//></div>
  `;
}
