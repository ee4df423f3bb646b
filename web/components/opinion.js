/**
 * What the viewer says about a title: stars by half, the list, like, not for me. A visitor signs in first, and
 * what was said is kept. Each can be undone.
 */
import { html, useEffect, useState } from "../ui.js";
import { getFeedback, rate, record } from "../api/feedback.js";
import { viewer } from "../api/identity.js";
import { number, t } from "../i18n.js";
import { askToSignIn } from "../pending.js";
import { useStore } from "../store.js";
import { Icon } from "./icons.js";
import { Stars } from "./stars.js";
import { announce } from "./toast.js";

/** @typedef {import("../api/feedback.js").Event} Event */

const CHOICES = /** @type {const} */ ([
  { event: "save", icon: "save", text: "save" },
  { event: "like", icon: "heart", text: "like" },
  { event: "dismiss", icon: "away", text: "not-for-me" },
]);

/** @param {{ item: import("../api/catalog.js").Item }} properties */
export function Opinion({ item }) {
  const who = useStore(viewer);
  const [said, change] = useState({
    rating: /** @type {number | null} */ (null),
    feeling: /** @type {Event | null} */ (null),
  });
  useEffect(() => {
    if (who) {
      getFeedback(item.id).then((now) => change({ rating: now.rating, feeling: now.feeling }), () => {});
    } else change({ rating: null, feeling: null });
  }, [who]);

  /** Show at once, send, and take it back if it fails. @param {Partial<typeof said>} next @param {() => Promise<unknown>} send @param {string} text @param {() => void} undo */
  const act = async (next, send, text, undo) => {
    const before = said;
    change({ ...said, ...next });
    try {
      await send();
      announce(text, undo);
    } catch (error) {
      change(before);
      announce(t(`error.${/** @type {{ kind?: string }} */ (error).kind ?? "broken"}`));
    }
  };
  const giveStars = (/** @type {number | null} */ rating) => {
    if (!who) return askToSignIn({ itemId: item.id, title: item.title, rating });
    const before = said.rating;
    const text = rating === null
      ? t("rate.removed")
      : t("rate.done", { value: number(rating), title: item.title });
    return act({ rating }, () => rate(item.id, rating), text, () => {
      change({ ...said, rating: before });
      rate(item.id, before).catch(() => {});
    });
  };
  const choose = (/** @type {Event} */ event) => {
    if (!who) return askToSignIn({ itemId: item.id, title: item.title, event });
    const before = said.feeling;
    const next = before === event ? null : event;
    const back = () => {
      change({ ...said, feeling: before });
      record(item.id, before ?? "undo").catch(() => {});
    };
    return act(
      { feeling: next },
      () => record(item.id, next ?? "undo"),
      t(next ? `feeling.${event}` : "feeling.undone", { title: item.title }),
      back,
    );
  };
  return html`
    <div class="opinion">
      <div
        class="opinion-stars"><span>${t("title.rate")}</span><${Stars} value=${said.rating} label=${t(
          "stars.label",
          { title: item.title },
        )} onRate=${giveStars} /></div>
      <div class="opinion-choices">${CHOICES.map(({ event, icon, text }) =>
        html`
          <button key=${event} class="button" aria-pressed=${said.feeling === event
            ? "true"
            : "false"} onClick=${() => choose(event)}>
            <${Icon} name=${icon} filled=${said.feeling === event && event !== "dismiss"} /><span>${t(
              `title.${text}`,
            )}</span></button>
        `
      )}
      </div>
    </div>
  `;
}
