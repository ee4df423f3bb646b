/**
 * Lists for a taste: recommendations, trends, what to rate first, what is like a title.
 * @typedef {import("./catalog.js").Item} Item
 */
import { client, dataOf } from "./client.js";
import { withLooks } from "./catalog.js";

/**
 * Rows of composite types, whose columns are typed as nullable, are items.
 * @param {PromiseLike<any>} request
 * @returns {Promise<Item[]>}
 */
const items = async (request) => withLooks(/** @type {Item[]} */ (await dataOf(request)));

/** For the acting profile, each with a reason. @param {number} count */
export const getRecommendations = (count = 24) =>
  items(client().rpc("get_recommendations", { count, kind: "movie" }, { get: true }));

/** @param {number} count */
export const getTrending = (count = 20) =>
  items(client().rpc("get_trending_items", { count }, { get: true }));

/** @param {number} count @param {string} [kind] */
export const getPopular = (count = 24, kind = "movie") =>
  items(client().rpc("get_popular_items", { count, kind }, { get: true }));

/** What a newcomer rates first. @param {number} count */
export const getOnboarding = (count = 10) =>
  items(client().rpc("get_onboarding_items", { count }, { get: true }));

/** @param {string} id @param {number} [count] */
export const getSimilar = (id, count = 12) =>
  items(client().rpc("get_similar_items", { item_id: id, count }, { get: true }));
