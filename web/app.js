/**
 * The start of the client: configuration, texts, session, then the page of the path.
 */
import { html, render, useEffect, useState } from "./ui.js";
import { startClient } from "./api/client.js";
import { startSession } from "./api/identity.js";
import { keepPending } from "./pending.js";
import { language, startTexts, t } from "./i18n.js";
import { useStore } from "./store.js";
import { place, startRouter } from "./router.js";
import { Shell } from "./components/shell.js";
import { ErrorState, PageSkeleton } from "./components/states.js";

/** @type {Map<string, (properties: { place: import("./router.js").Place }) => unknown>} */
const pages = new Map();

function App() {
  const here = useStore(place);
  const spoken = useStore(language);
  const [state, change] = useState(/** @type {{ name: string, error?: unknown }} */ ({ name: "" }));
  useEffect(() => {
    let left = false;
    pageOf(here.name).then(
      () => !left && change({ name: here.name }),
      (error) => !left && change({ name: here.name, error }),
    );
    return () => {
      left = true;
    };
  }, [here.name]);
  const Page = pages.get(here.name);
  const shown = state.error
    ? html`<${ErrorState} error=${state.error} />`
    : Page
    ? html`<${Page} place=${here} key=${here.path + spoken} />`
    : html`<${PageSkeleton} />`;
  return html`<${Shell} section=${here.section}>${shown}<//>`;
}

/** The page's module, loaded when it is first opened. @param {string} name */
async function pageOf(name) {
  if (!pages.has(name)) pages.set(name, (await import(`./pages/${name}.js`)).default);
}

async function start() {
  const root = /** @type {HTMLElement} */ (document.getElementById("app"));
  await startTexts();
  try {
    await startClient();
  } catch (error) {
    render(
      html`
        <${Shell} section="">
          <${ErrorState} error=${error} retry=${() => location.reload()} />
          <//>
      `,
      root,
    );
    return;
  }
  startRouter();
  render(html`<${App} />`, root);
  keepPending();
  await startSession().catch((error) => console.warn(t("error.broken"), error));
}

await start();
