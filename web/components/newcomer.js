/**
 * "Rate these ten": a taste in two minutes. Each card can be rated or passed; the ring shows how far it is.
 */
import { html, useEffect, useState } from "../ui.js";
import { getOnboarding } from "../api/recommend.js";
import { countRatings, rate } from "../api/feedback.js";
import { viewer } from "../api/identity.js";
import { t } from "../i18n.js";
import { askToSignIn } from "../pending.js";
import { useStore } from "../store.js";
import { Card } from "./card.js";
import { Ring } from "./ring.js";
import { Row } from "./row.js";
import { Stars } from "./stars.js";
import { announce } from "./toast.js";
import { useData } from "./states.js";

const WANTED = 10;

/** @param {{ done: () => void }} properties called once ten are rated */
export function Newcomer({ done }) {
  const who = useStore(viewer);
  const [ratings, change] = useState(/** @type {Record<string, number | null>} */ ({}));
  const [before, setBefore] = useState(0);
  const list = useData(() => getOnboarding(WANTED * 2), [who?.acting?.id]);
  useEffect(() => {
    if (who) countRatings().then(setBefore, () => {});
  }, [who?.acting?.id]);
  const given = Object.values(ratings).filter((value) => value !== null).length;
  const total = before + given;
  if (who && before >= WANTED) return null;
  const give = async (
    /** @type {import("../api/catalog.js").Item} */ item,
    /** @type {number | null} */ value,
  ) => {
    if (!who) return askToSignIn({ itemId: item.id, title: item.title, rating: value });
    change((now) => ({ ...now, [item.id]: value }));
    try {
      await rate(item.id, value);
      if (total + 1 === WANTED) done();
    } catch {
      change((now) => ({ ...now, [item.id]: null }));
      announce(t("rate.failed", { title: item.title }));
    }
  };
  return html`
    <div class="newcomer">
      <div class="newcomer-head">
        <${Ring} value=${Math.min(total, WANTED)} of=${WANTED} />
        <div>
          <p class="newcomer-title">${t("newcomer.title")}</p>
          <p>${who ? t("newcomer.text") : t("newcomer.text-anonymous")}</p>
        </div>
      </div>
      <${Row} title=${t("newcomer.row")} items=${list.value} error=${list.error} retry=${list.again}
        card=${(/** @type {any} */ item, /** @type {number} */ tabindex) =>
          html`
            <${Card} item=${item} tabindex=${tabindex} note=${html`<${Stars} value=${
              ratings[item.id] ?? null
            } tabindex=${tabindex} label=${t("stars.label", { title: item.title })} onRate=${(
              /** @type {number | null} */ value,
            ) => give(item, value)} />`} />
          `} />
    </div>
  `;
}
