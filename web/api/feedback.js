/**
 * What the acting profile says about titles: ratings, likes, dismissals, its list.
 * @typedef {"view" | "click" | "share" | "save" | "like" | "dislike" | "complete" | "dismiss" | "undo"} Event
 * @typedef {{ rating: number | null, feeling: Event | null, saved: boolean }} Feedback
 */
import { client, dataOf } from "./client.js";
import { withLooks } from "./catalog.js";

const LASTING = ["like", "dislike", "dismiss", "save", "undo"];

/** @param {string} itemId @param {Event} type */
export function record(itemId, type) {
  const event = { client_id: crypto.randomUUID(), item_id: itemId, type };
  return dataOf(client().rpc("record_interactions", { events: [event] }));
}

/** @param {string} itemId @param {number | null} rating half stars from 0.5 to 5; null takes it back */
export function rate(itemId, rating) {
  const ratings = client().from("ratings");
  return dataOf(
    rating === null
      ? ratings.delete().eq("item_id", itemId).select("item_id")
      : ratings.upsert({ item_id: itemId, rating }).select("item_id"),
  );
}

/** @returns {Promise<number>} how many titles the profile has rated */
export async function countRatings() {
  const { count } = await client().from("ratings").select("item_id", { count: "exact", head: true });
  return count ?? 0;
}

/**
 * The profile's rating of a title, its latest feeling, and whether it is on the list.
 * @param {string} itemId
 * @returns {Promise<Feedback>}
 */
export async function getFeedback(itemId) {
  const [ratings, events] = await Promise.all([
    dataOf(client().from("ratings").select("rating").eq("item_id", itemId)),
    dataOf(
      client().from("interactions").select("type").eq("item_id", itemId).in("type", LASTING)
        .order("occurred_at", { ascending: false }).limit(1),
    ),
  ]);
  const feeling = /** @type {Event | undefined} */ (events[0]?.type);
  return {
    rating: ratings[0]?.rating ?? null,
    feeling: feeling && feeling !== "undo" ? feeling : null,
    saved: feeling === "save",
  };
}

/** The titles whose latest event is a save, the latest first. */
export async function getList() {
  const events = await dataOf(
    client().from("interactions").select("item_id, type").in("type", LASTING)
      .order("occurred_at", { ascending: false }).limit(500),
  );
  /** @type {Map<string, string>} */
  const latest = new Map();
  for (const event of events) if (!latest.has(event.item_id)) latest.set(event.item_id, event.type);
  return titlesOf([...latest].filter(([, type]) => type === "save").map(([id]) => id));
}

/** The titles that the profile rated, the latest first, with its rating as the reason. */
export async function getRated() {
  const rows = await dataOf(
    client().from("ratings").select("item_id, rating").order("updated_at", { ascending: false }).limit(60),
  );
  const ratings = new Map(rows.map((row) => [row.item_id, row.rating]));
  const titles = await titlesOf([...ratings.keys()]);
  return titles.map((item) => ({ ...item, rating: ratings.get(item.id) ?? 0 }));
}

/** @param {string[]} ids @returns {Promise<import("./catalog.js").Item[]>} in their order */
async function titlesOf(ids) {
  if (!ids.length) return [];
  const rows = await dataOf(
    client().from("catalog_items").select("id, kind, title, year, language, image").in("id", ids),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const found = ids.flatMap((id) => byId.get(id) ?? []);
  return withLooks(/** @type {import("./catalog.js").Item[]} */ (found));
}
