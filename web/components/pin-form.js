/**
 * The PIN that ends kids mode: set it, or replace it with the current one.
 */
import { html, useId, useState } from "../ui.js";
import { setPin } from "../api/identity.js";
import { t } from "../i18n.js";
import { Field } from "./field.js";
import { announce } from "./toast.js";

/** @param {{ who: import("../api/identity.js").Viewer }} properties */
export function PinForm({ who }) {
  const id = useId();
  const [state, change] = useState({ pin: "", current: "", error: "", busy: false });
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!/^\d{4,12}$/.test(state.pin)) return change({ ...state, error: t("pin.form") });
    change({ ...state, busy: true, error: "" });
    try {
      await setPin(state.pin, state.current);
      change({ pin: "", current: "", error: "", busy: false });
      announce(t("pin.done"));
    } catch (error) {
      const kind = /** @type {{ kind?: string }} */ (error).kind;
      change({
        ...state,
        busy: false,
        error: t(kind === "refused" ? "kids.wrong" : kind === "limit" ? "kids.locked" : "error.broken"),
      });
    }
  };
  return html`
    <section class="pin-form" aria-labelledby=${id}>
      <h2 id=${id}>${t("pin.title")}</h2>
      <p class="muted">${t(who.kids.has_pin ? "pin.text-set" : "pin.text")}</p>
      <form onSubmit=${submit}>
        ${who.kids.has_pin && html`
          <${Field} label=${t(
            "pin.current",
          )} type="password" inputmode="numeric" autocomplete="off" value=${state.current}
            onInput=${(/** @type {string} */ current) => change({ ...state, current })} />
        `}
        <${Field} label=${t(
          who.kids.has_pin ? "pin.new" : "kids.pin",
        )} type="password" inputmode="numeric" autocomplete="off" hint=${t("pin.form")} value=${state
          .pin} error=${state.error} onInput=${(/** @type {string} */ pin) =>
          change({ ...state, pin, error: "" })} />
        <button class="button" disabled=${state.busy || !state.pin}>${t("pin.save")}</button>
      </form>
    </section>
  `;
}
