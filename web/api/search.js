/**
 * Searching and suggesting.
 * @typedef {import("./catalog.js").Item} Item
 * @typedef {Item & { title_html: string, snippet_html: string }} Result
 * @typedef {{ value: string | number, count: number }} FacetValue
 * @typedef {{ part: string, values: string[] }} Understood what was read in the query: a part that can be ignored
 * @typedef {object} Answer
 * @property {Result[]} results
 * @property {number} total
 * @property {Record<string, FacetValue[]>} facets
 * @property {string | null} next_cursor
 * @property {unknown} [understood]
 * @property {string | null} [search_id] of a first page; null if the search is not recorded
 *
 * @typedef {object} Query
 * @property {string} [q]
 * @property {string} [kind]
 * @property {string} [genre]
 * @property {string} [language]
 * @property {string} [decade]
 * @property {string} [tier]
 * @property {string} [cursor]
 * @property {string} [sort] popularity, year, rating or title; relevance without
 * @property {string} [ignore] parts of what is understood that are not to be, separated by commas
 */
import { actingProfile, ApiError, client, dataOf, searchUrl } from "./client.js";
import { withLooks } from "./catalog.js";

const PAGE = 24;

/**
 * Names that begin with, or resemble, what was typed.
 * @param {string} q
 * @param {AbortSignal} signal
 */
export function suggest(q, signal) {
  return dataOf(client().rpc("suggest", { q: q.slice(0, 200), count: 7 }, { get: true }).abortSignal(signal));
}

/**
 * A page of results. Raises ApiError.
 * @param {Query} query
 * @param {AbortSignal} [signal]
 * @returns {Promise<Answer>}
 */
export async function search(query, signal) {
  const answer = /** @type {Answer} */ (await requested(parametersOf(query), signal));
  return { ...answer, results: /** @type {Result[]} */ (await withLooks(answer.results)) };
}

/**
 * By words and meaning through the search service; by words alone where there is none.
 * @param {Record<string, string>} parameters
 * @param {AbortSignal} [signal]
 */
async function requested(parameters, signal) {
  const response = parameters.q ? await fromService(parameters, signal) : null;
  if (response?.ok) return response.json();
  if (response?.status === 429) {
    throw new ApiError("limit", "Too many searches", Number(response.headers.get("retry-after") ?? 60));
  }
  const { q, year_from, year_to, ignore, ...others } = parameters;
  const years = { ...(year_from && { year_from: Number(year_from), year_to: Number(year_to) }) };
  const read = { ...(q && { query: q }), ...(ignore && { ignore: ignore.split(",") }) };
  const call = client().rpc("search_content", { ...others, ...years, ...read, count: PAGE });
  return dataOf(signal ? call.abortSignal(signal) : call);
}

/**
 * @param {Record<string, string>} parameters
 * @param {AbortSignal} [signal]
 */
async function fromService(parameters, signal) {
  const { data: { session } } = await client().auth.getSession();
  const { supabaseKey } = /** @type {{ supabaseKey: string }} */ (/** @type {unknown} */ (client()));
  const profile = actingProfile();
  const headers = {
    apikey: supabaseKey,
    ...(session && { authorization: `Bearer ${session.access_token}` }),
    ...(profile && { "x-profile-id": profile }),
  };
  const url = `${searchUrl()}/search/content?${new URLSearchParams({ ...parameters, count: String(PAGE) })}`;
  try {
    return await fetch(url, { headers, ...(signal && { signal }) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("offline", String(error));
  }
}

/**
 * Record which result was chosen. No caller waits for it, and its errors are ignored.
 * @param {string | null | undefined} search_id
 * @param {string} item_id
 * @param {number} position among all results, 1 for the first
 */
export function recordClick(search_id, item_id, position) {
  if (!search_id || position > 1000) return;
  client().rpc("record_search_click", { search_id, item_id, position }).then(() => {}, () => {});
}

/** @param {Query} query */
function parametersOf({ decade, ...others }) {
  const years = decade ? { year_from: decade, year_to: String(Number(decade) + 9) } : {};
  const entries = Object.entries({ ...others, ...years }).filter(([, value]) => value);
  return /** @type {Record<string, string>} */ (Object.fromEntries(entries));
}

/**
 * What the database understood of a query, part by part; none if it understood nothing.
 * @param {any} understood
 * @returns {Understood[]}
 */
export function understoodOf(understood) {
  if (!understood) return [];
  const { filters = {}, people = [], like = null, corrections = [] } = understood;
  const { year_from: from, year_to: to, ...lists } = filters;
  const parts = {
    like: like ? [like.title] : [],
    people: people.map((/** @type {{ name: string }} */ person) => person.name),
    ...lists,
    years: from || to ? [String(from ?? ""), String(to ?? "")] : [],
    corrections: corrections.map((/** @type {{ from: string, to: string }} */ each) =>
      `${each.from} → ${each.to}`
    ),
  };
  return Object.entries(parts).filter(([, values]) => values.length).map(([part, values]) => ({
    part,
    values,
  }));
}
