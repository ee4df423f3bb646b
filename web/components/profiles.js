/**
 * The profiles of the account: who watches, a new one, and handing the device to a child.
 */
import { html, useId, useState } from "../ui.js";
import { actAs, addProfile, enterKidsMode, removeProfile } from "../api/identity.js";
import { t } from "../i18n.js";
import { go } from "../router.js";
import { Dialog } from "./dialog.js";
import { Field } from "./field.js";
import { Icon } from "./icons.js";
import { announce } from "./toast.js";

/** @typedef {import("../api/identity.js").Viewer} Viewer */
/** @typedef {import("../api/identity.js").Profile} Profile */

const MOST = 5;

/** @param {{ who: Viewer }} properties */
export function Profiles({ who }) {
  const id = useId();
  const [adding, add] = useState(false);
  const [removing, remove] = useState(/** @type {Profile | null} */ (null));
  const hand = async (/** @type {Profile} */ profile) => {
    if (!who.kids.has_pin) return needPin();
    try {
      await enterKidsMode(profile.id);
      go("/");
    } catch {
      announce(t("error.broken"));
    }
  };
  return html`
    <section class="profiles" aria-labelledby=${id}>
      <h2 id=${id}>${t("profiles.title")}</h2>
      <ul>
        ${who.profiles.map((profile) =>
          html`
            <li key=${profile.id} class=${profile.id === who.acting?.id ? "profile acting" : "profile"}>
              <${Face} profile=${profile} />
              <b>${profile.name}</b>
              <small>${profile.is_kids
                ? t("profiles.kids", { rating: profile.maturity_rating })
                : profile.id === who.acting?.id
                ? t("profiles.acting")
                : " "}</small>
              ${profile.is_kids
                ? html`<button class="button" onClick=${() => hand(profile)}><${Icon} name="kids" />${
                  t("kids.enter")
                }</button>`
                : profile.id !== who.acting?.id && html`<button class="button" onClick=${() =>
                  actAs(profile).then(() => announce(t("profiles.now", { name: profile.name })))}>${
                  t("profiles.choose")
                }</button>`}
              ${!profile.is_default && html`<button class="quiet small" onClick=${() =>
                remove(profile)} aria-label=${t("profiles.remove", { name: profile.name })}>${
                t("remove")
              }</button>`}
            </li>
          `
        )}
        ${who.profiles.length < MOST && html`
          <li
            class="profile new"><button class="face add" aria-label=${t("profiles.add")} onClick=${() =>
              add(true)}><${Icon} name="plus" /></button><b aria-hidden="true">${t("profiles.add")}</b></li>
        `}
      </ul>
      ${adding && html`<${NewProfile} close=${() => add(false)} />`}
      ${removing && html`<${Removal} profile=${removing} close=${() => remove(null)} />`}
    </section>
  `;
}

/** Without a PIN a child could leave: lead to the form that sets one. */
function needPin() {
  announce(t("kids.pin-first"));
  document.querySelector(/** @type {"input"} */ (".pin-form input"))?.focus();
}

/** @param {{ profile: Profile }} properties */
function Face({ profile }) {
  const hue = [...profile.name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % 6;
  return html`<span class="face face-${hue}" aria-hidden="true">${
    profile.is_kids ? html`<${Icon} name="kids" />` : [...profile.name][0]?.toUpperCase()
  }</span>`;
}

/** @param {{ close: () => void }} properties */
function NewProfile({ close }) {
  const [state, change] = useState({ name: "", kids: false, error: "", busy: false });
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    change({ ...state, busy: true });
    try {
      await addProfile(state.name.trim(), state.kids);
      close();
      announce(t("profiles.added", { name: state.name.trim() }));
    } catch (error) {
      change({
        ...state,
        busy: false,
        error: t(/** @type {any} */ (error).kind === "invalid" ? "profiles.refused" : "error.broken"),
      });
    }
  };
  return html`
    <${Dialog} title=${t("profiles.new")} close=${close}>
      <form onSubmit=${submit}>
        <${Field} label=${t("profiles.name")} value=${state
          .name} maxlength="100" required=${true} error=${state.error}
          autofocus=${true} onInput=${(/** @type {string} */ name) =>
            change({ ...state, name, error: "" })} />
        <label class="switch"><input type="checkbox" role="switch" checked=${state.kids} onChange=${() =>
          change({ ...state, kids: !state.kids })} />
          <span><b>${t("profiles.for-child")}</b><small>${t("profiles.for-child.text")}</small></span></label>
        <div
          class="actions"><button class="main" disabled=${state.busy || !state.name.trim()}>${t(
            "profiles.create",
          )}</button><button type="button" class="quiet" onClick=${close}>${t("cancel")}</button></div>
      </form>
      <//>
  `;
}

/** A deleted profile cannot be restored, so deletion needs one confirmation. @param {{ profile: Profile, close: () => void }} properties */
function Removal({ profile, close }) {
  const remove = () =>
    removeProfile(profile.id).then(close, () => {
      close();
      announce(t("error.broken"));
    });
  return html`
    <${Dialog} title=${t("profiles.remove", { name: profile.name })} close=${close}>
      <p>${t("profiles.remove.text")}</p>
      <div
        class="actions"><button class="main danger" onClick=${remove}>${t(
          "remove",
        )}</button><button class="quiet" onClick=${close}>${t("cancel")}</button></div>
      <//>
  `;
}
