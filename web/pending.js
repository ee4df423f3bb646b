/**
 * What a visitor did before signing in: kept through the sign-in, then sent. A rating given is never lost.
 * @typedef {{ itemId: string, title: string, rating?: number | null, event?: import("./api/feedback.js").Event }} Pending
 */
import { rate, record } from "./api/feedback.js";
import { viewer } from "./api/identity.js";
import { announce } from "./components/toast.js";
import { go } from "./router.js";
import { kept } from "./store.js";
import { t } from "./i18n.js";

const stored = kept("pending");

/** @returns {Pending[]} */
export const pendings = () => JSON.parse(stored.get() ?? "[]");

/**
 * Keep an act, and open the sign-in, which returns here.
 * @param {Pending} act
 */
export function askToSignIn(act) {
  const others = pendings().filter((other) =>
    other.itemId !== act.itemId || (other.event === undefined) !== (act.event === undefined)
  );
  stored.set(JSON.stringify([...others, act]));
  go(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** Send what is kept once a user is signed in. */
export function keepPending() {
  viewer.listen(async (who) => {
    const acts = who ? pendings() : [];
    if (!acts.length) return;
    stored.set(null);
    try {
      await Promise.all(
        acts.map((act) => act.event ? record(act.itemId, act.event) : rate(act.itemId, act.rating ?? null)),
      );
      announce(t("pending.kept", { title: acts[0].title }));
      viewer.set(who && { ...who });
    } catch {
      stored.set(JSON.stringify(acts));
      announce(t("pending.failed"));
    }
  });
}
