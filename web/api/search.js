/**
 * Searching and suggesting.
 * @typedef {import("./catalog.js").Item} Item
 * @typedef {Item & { title_html: string, snippet_html: string }} Result
 * @typedef {{ value: string | number, count: number }} FacetValue
 * @typedef {{ label: string, words: string }} Understood what was read in the query, and the words it was read from
 * @typedef {object} Answer
 * @property {Result[]} results
 * @property {number} total
 * @property {Record<string, FacetValue[]>} facets
 * @property {string | null} next_cursor
 * @property {unknown} [understood]
 *
 * @typedef {object} Query
 * @property {string} [q]
 * @property {string} [kind]
 * @property {string} [genre]
 * @property {string} [language]
 * @property {string} [decade]
 * @property {string} [tier]
 * @property {string} [cursor]
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
  const { q, year_from, year_to, ...others } = parameters;
  const years = { ...(year_from && { year_from: Number(year_from), year_to: Number(year_to) }) };
  const call = client().rpc("search_content", { ...others, ...years, count: PAGE, ...(q && { query: q }) });
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

/** @param {Query} query */
function parametersOf({ decade, ...others }) {
  const years = decade ? { year_from: decade, year_to: String(Number(decade) + 9) } : {};
  const entries = Object.entries({ ...others, ...years }).filter(([, value]) => value);
  return /** @type {Record<string, string>} */ (Object.fromEntries(entries));
}

/**
 * What the database understood of a query, as labels with the words they come from; none if it says nothing.
 * @param {unknown} understood
 * @returns {Understood[]}
 */
export function understoodOf(understood) {
  if (!understood || typeof understood !== "object") return [];
  const { filters = {}, people = [], corrections = [] } = /** @type {Record<string, any>} */ (understood);
  const read = Array.isArray(filters)
    ? filters
    : Object.entries(filters).map(([name, value]) => ({ name, value }));
  return [
    ...read.filter((/** @type {any} */ entry) => entry.value !== null).map((/** @type {any} */ entry) =>
      labelled(entry.label ?? entry.value, entry.words)
    ),
    ...people.map((/** @type {any} */ person) =>
      labelled(person.name ?? person, person.words ?? person.name ?? person)
    ),
    ...correctionsOf(corrections).map(([from, to]) => labelled(`${from} → ${to}`, from)),
  ];
}

/** @param {unknown} label @param {unknown} words @returns {Understood} */
const labelled = (label, words) => ({ label: String(label), words: String(words ?? label) });

/** @param {any} corrections @returns {[string, string][]} */
function correctionsOf(corrections) {
  return Array.isArray(corrections)
    ? corrections.map((each) => [each.from, each.to])
    : Object.entries(corrections);
}
