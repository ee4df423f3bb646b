/**
 * While a kids profile holds the device: whose it is, and the way out, which needs the PIN.
 */
import { html, useState } from "../ui.js";
import { leaveKidsMode, viewer } from "../api/identity.js";
import { t } from "../i18n.js";
import { go } from "../router.js";
import { useStore } from "../store.js";
import { Dialog } from "./dialog.js";
import { Field } from "./field.js";
import { Icon } from "./icons.js";

export function KidsBar() {
  const who = useStore(viewer);
  const [open, change] = useState(false);
  if (!who?.kids.kids_mode) return null;
  return html`
    <div class="kids-bar">
      <${Icon} name="kids" /><span>${t("kids.here", { name: who.acting?.name ?? "" })}</span>
      <button class="quiet" onClick=${() => change(true)}><${Icon} name="lock" />${t("kids.leave")}</button>
    </div>
    ${open && html`<${PinDialog} close=${() => change(false)} />`}
  `;
}

/** @param {{ close: () => void }} properties */
function PinDialog({ close }) {
  const [state, change] = useState({ pin: "", error: "", busy: false });
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    change({ ...state, busy: true });
    try {
      await leaveKidsMode(state.pin);
      close();
      go("/me");
    } catch (error) {
      const kind = /** @type {{ kind?: string }} */ (error).kind;
      change({
        pin: "",
        busy: false,
        error: t(kind === "limit" ? "kids.locked" : kind === "refused" ? "kids.wrong" : "error.broken"),
      });
    }
  };
  return html`
    <${Dialog} title=${t("kids.leave-title")} close=${close}>
      <form onSubmit=${submit}>
        <p>${t("kids.leave-text")}</p>
        <${Field} label=${t("kids.pin")} type="password" inputmode="numeric" autocomplete="off" value=${state
          .pin}
          error=${state.error}
          onInput=${(/** @type {string} */ pin) => change({ ...state, pin, error: "" })} autofocus=${true} />
        <div class="actions"><button class="main" disabled=${state.busy || state.pin.length < 4}>${t(
          "kids.leave-now",
        )}</button>
        <button type="button" class="quiet" onClick=${close}>${t("cancel")}</button></div>
      </form>
      <//>
  `;
}
