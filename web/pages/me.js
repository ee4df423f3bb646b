/**
 * Me: the profiles of the account, kids mode, the list, what was rated.
 */
import { html, useEffect } from "../ui.js";
import { getList, getRated } from "../api/feedback.js";
import { signOut, viewer } from "../api/identity.js";
import { number, t } from "../i18n.js";
import { go } from "../router.js";
import { useStore } from "../store.js";
import { Card } from "../components/card.js";
import { Profiles } from "../components/profiles.js";
import { PinForm } from "../components/pin-form.js";
import { Row } from "../components/row.js";
import { EmptyState, PageSkeleton, useData } from "../components/states.js";

export default function Me() {
  const who = useStore(viewer);
  useEffect(() => {
    document.title = t("me.page");
  }, []);
  useEffect(() => {
    if (who === null) go("/sign-in?next=/me", { replace: true });
  }, [who]);
  if (!who) return html`<${PageSkeleton} />`;
  const kids = who.kids.kids_mode;
  return html`
    <div class="content me">
      <header class="me-head"><div><h1>${t("me.hello", { name: who.acting?.name ?? "" })}</h1>${!kids &&
        html`<p class="muted">${who.email}</p>`}</div>
        ${!kids &&
          html`<button class="button" onClick=${() => signOut().then(() => go("/"))}>${
            t("me.sign-out")
          }</button>`}</header>
      ${!kids && html`
        <${Profiles} who=${who} />
        <${PinForm} who=${who} />
      `}
      <${Lists} key=${who.acting?.id} />
    </div>
  `;
}

function Lists() {
  const list = useData(getList, []);
  const rated = useData(getRated, []);
  const saved = (/** @type {any} */ item, /** @type {number} */ tabindex) =>
    html`<${Card} item=${item} tabindex=${tabindex} />`;
  const starred = (/** @type {any} */ item, /** @type {number} */ tabindex) =>
    html`<${Card} item=${item} tabindex=${tabindex} reason=${
      t("me.your-rating", { value: number(item.rating) })
    } />`;
  return html`
    <${Row} title=${t("me.list")} items=${list.value} error=${list.error} retry=${list.again} card=${saved} />
    ${list.value?.length === 0 &&
      html`<${EmptyState} title=${t("me.list-empty")} text=${
        t("me.list-empty.do")
      }><a class="button" href="/">${t("search.browse")}</a><//>`}
    <${Row} title=${t("me.rated")} items=${rated.value} error=${rated.error} retry=${rated
      .again} card=${starred} />
  `;
}
