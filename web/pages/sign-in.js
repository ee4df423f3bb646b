/**
 * Sign in, or sign up: one form, and back to where one came from.
 */
import { html, useEffect, useState } from "../ui.js";
import { signIn, signUp, viewer } from "../api/identity.js";
import { pendings } from "../pending.js";
import { t } from "../i18n.js";
import { go } from "../router.js";
import { useStore } from "../store.js";
import { Field } from "../components/field.js";

const SHORTEST = 8;

/** @param {{ place: import("../router.js").Place }} properties */
export default function SignIn({ place }) {
  const who = useStore(viewer);
  const [isNew, turn] = useState(place.query.has("new") || pendings().length > 0);
  const [state, change] = useState({
    email: "",
    password: "",
    error: "",
    wrong: "",
    busy: false,
    sent: false,
  });
  useEffect(() => {
    document.title = t(isNew ? "sign-up.title" : "sign-in.title");
  }, [isNew]);
  useEffect(() => {
    if (who) go(pathOf(place.query.get("next")), { replace: true });
  }, [who?.id]);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isNew && state.password.length < SHORTEST) {
      return change({ ...state, wrong: t("sign-up.short", { count: SHORTEST }) });
    }
    change({ ...state, busy: true, error: "", wrong: "" });
    try {
      const unconfirmed = isNew
        ? await signUp(state.email, state.password)
        : (await signIn(state.email, state.password), false);
      change({ ...state, busy: false, sent: unconfirmed });
    } catch (error) {
      change({ ...state, busy: false, error: messageOf(/** @type {any} */ (error), isNew) });
    }
  };
  const act = pendings()[0];
  return html`
    <div class="narrow">
      <h1>${t(isNew ? "sign-up.title" : "sign-in.title")}</h1>
      <p class="lead">${act
        ? t("sign-in.pending", { title: act.title })
        : t(isNew ? "sign-up.text" : "sign-in.text")}</p>
      ${state.sent
        ? html`<p class="note" role="status">${t("sign-up.confirm", { email: state.email })}</p>`
        : html`
          <form onSubmit=${submit}>
            <${Field} label=${t(
              "sign-in.email",
            )} type="email" autocomplete="email" required=${true} value=${state.email} onInput=${(
              /** @type {string} */ email,
            ) => change({ ...state, email })} />
            <${Field} label=${t("sign-in.password")} type="password" autocomplete=${isNew
              ? "new-password"
              : "current-password"} required=${true} value=${state.password}
              error=${state.wrong} hint=${isNew ? t("sign-up.hint", { count: SHORTEST }) : ""} onInput=${(
                /** @type {string} */ password,
              ) => change({ ...state, password, wrong: "" })} />
            ${state.error && html`<p class="wrong" role="alert">${state.error}</p>`}
            <button class="main wide" disabled=${state.busy}>${t(
              isNew ? "sign-up.go" : "sign-in.go",
            )}</button>
          </form>
        `}
      <p class="centre"><button class="quiet" onClick=${() => {
        turn(!isNew);
        change({ ...state, error: "", wrong: "", sent: false });
      }}>${t(isNew ? "sign-up.instead" : "sign-in.instead")}</button></p>
    </div>
  `;
}

/**
 * A path of this client alone: never another address. Browsers read a backslash as / there, and drop tabs and line
 * breaks.
 * @param {string | null} next
 */
function pathOf(next) {
  return next && /^\/(?!\/|sign-in)[^\\\p{Cc}]*$/u.test(next) ? next : "/";
}

/** @param {{ kind?: string, message: string }} error @param {boolean} isNew */
function messageOf(error, isNew) {
  if (error.kind === "offline" || error.kind === "limit") {
    return `${t(`error.${error.kind}`)} ${t(`error.${error.kind}.do`, { seconds: 60 })}`;
  }
  if (isNew && /already|exists/i.test(error.message)) return t("sign-up.taken");
  return error.kind === "refused" || error.kind === "invalid"
    ? t(isNew ? "sign-up.refused" : "sign-in.wrong")
    : t("error.broken");
}
