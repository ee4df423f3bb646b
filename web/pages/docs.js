/**
 * The documents, as pages: what to do next, the index by question, and each document rendered from its Markdown.
 */
import { html, useEffect, useLayoutEffect, useMemo, useRef } from "../ui.js";
import { getDocument } from "../api/docs.js";
import { t } from "../i18n.js";
import { EmptyState, ErrorState, PageSkeleton, useData } from "../components/states.js";
import { rendered } from "../components/markdown.js";

/** Every document of docs/, under the question that leads to it; a test compares. */
export const SECTIONS = [
  { name: "use", documents: ["api-specifications", "search-and-recommendations", "errors", "glossary"] },
  {
    name: "understand",
    documents: [
      "architecture-overview",
      "database-schemas",
      "access-matrix",
      "data-inventory",
      "security-guide",
    ],
  },
  { name: "change", documents: ["contributing", "deployment-guide", "dependencies"] },
];
const STEPS = [
  { name: "search", href: "/search?q=something%20funny%20about%20getting%20old" },
  { name: "taste", href: "/sign-in?new" },
  { name: "call", href: "/docs/api-specifications" },
  { name: "look", href: "/status" },
];

/** @param {{ place: import("../router.js").Place }} properties */
export default function Docs({ place }) {
  const name = place.parameters.document;
  return name ? html`<${Document} key=${name} name=${name} hash=${place.hash} />` : html`<${Index} />`;
}

function Index() {
  useEffect(() => {
    document.title = t("docs.page");
  }, []);
  return html`
    <div class="content docs">
      <h1>${t("docs.title")}</h1>
      <p class="lead">${t("docs.text")}</p>
      <section>
        <h2>${t("docs.next")}</h2>
        <ol class="steps">${STEPS.map((step) =>
          html`<li key=${step.name}><a href=${step.href}><b>${t(`docs.next.${step.name}`)}</b><span>${
            t(`docs.next.${step.name}.text`)
          }</span></a></li>`
        )}</ol>
      </section>
      <div class="doc-sections">${SECTIONS.map((section) =>
        html`
          <section key=${section.name}>
            <h2>${t(`docs.${section.name}`)}</h2>
            <ul class="doc-list">${section.documents.map((name) =>
              html`<li key=${name}><a href="/docs/${name}"><b>${t(`docs.${name}`)}</b><span>${
                t(`docs.${name}.text`)
              }</span></a></li>`
            )}</ul>
          </section>
        `
      )}
      </div>
    </div>
  `;
}

/** @param {{ name: string, hash: string }} properties */
function Document({ name, hash }) {
  const text = useData(() => getDocument(name), [name]);
  const article = useRef(/** @type {HTMLElement | null} */ (null));
  const body = useMemo(() => (text.value ? rendered(text.value) : null), [text.value]);
  useLayoutEffect(() => {
    if (!body || !article.current) return;
    article.current.replaceChildren(body.cloneNode(true));
    document.title = t("docs.document", { title: article.current.querySelector("h1")?.textContent ?? name });
    if (hash) document.getElementById(decodeURIComponent(hash.slice(1)))?.scrollIntoView();
  }, [body, hash]);
  if (text.error) {
    return /** @type {any} */ (text.error).kind === "missing"
      ? html`
        <${EmptyState} page=${true} title=${t("docs.missing")}
          text=${t("docs.missing.do")}><a class="button main" href="/docs">${t("docs.title")}</a><//>
      `
      : html`<${ErrorState} error=${text.error} retry=${text.again} />`;
  }
  return html`<div class="content document"><p><a href="/docs">← ${t("docs.title")}</a></p>${
    body ? html`<article class="prose" ref=${article} />` : html`<${PageSkeleton} />`
  }</div>`;
}
