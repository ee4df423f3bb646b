/**
 * The one client of Supabase. Other modules of api/ call it; pages and components never do.
 * @typedef {import("../../client_types/database.ts").Database} Database
 * @typedef {import("../vendor/supabase.js").SupabaseClient<Database>} Client
 */
import { createClient } from "../vendor/supabase.js";
import { kept } from "../store.js";

const acting = kept("profile");
const OUTLIVING = /\/rpc\/record_search_click$/;
/** @type {Client | undefined} */
let started;
let searchAddress = "";

/** An error that a person can read: `kind` chooses the text, `seconds` how long to wait. */
export class ApiError extends Error {
  /**
   * @param {"offline" | "limit" | "refused" | "missing" | "invalid" | "broken"} kind
   * @param {string} message
   * @param {number} [seconds]
   */
  constructor(kind, message, seconds = 60) {
    super(message);
    this.kind = kind;
    this.seconds = seconds;
  }
}

/** Read config.json and make the client. Raises ApiError. */
export async function startClient() {
  const response = await fetch("/config.json").catch(() => {
    throw new ApiError("offline", "config.json was not loaded");
  });
  if (!response.ok) throw new ApiError("broken", "There is no config.json: docs/deployment-guide.md");
  const { supabaseUrl, supabaseKey, searchUrl } = await response.json();
  searchAddress = searchUrl ?? supabaseUrl;
  started = createClient(supabaseUrl, supabaseKey, { global: { fetch: asProfile } });
}

/** @returns {Client} */
export function client() {
  if (!started) throw new ApiError("broken", "startClient was not called");
  return started;
}

/** The address of the search service: the API's, unless config.json names another. */
export const searchUrl = () => searchAddress;

/** The profile chosen on this device, or null for the account's default profile. */
export const actingProfile = () => acting.get();

/** @param {string | null} id */
export const setActingProfile = (id) => acting.set(id);

/**
 * Every request names the acting profile. Those in OUTLIVING are sent even if the page is left meanwhile.
 * @type {typeof fetch}
 */
export function asProfile(input, init) {
  const headers = new Headers(init?.headers);
  const id = acting.get();
  if (id) headers.set("x-profile-id", id);
  const keepalive = OUTLIVING.test(String(input));
  return fetch(input, { ...init, headers, ...(keepalive && { keepalive }) });
}

/**
 * The data of a response. Raises ApiError.
 * @template T
 * @param {PromiseLike<{ data: T, error: { message: string, code?: string, details?: unknown } | null, status: number }>} request
 * @returns {Promise<NonNullable<T>>}
 */
export async function dataOf(request) {
  const { data, error, status } = await request;
  if (error) throw errorOf(error, status);
  return /** @type {NonNullable<T>} */ (data);
}

/**
 * @param {{ message: string, code?: string }} error
 * @param {number} status
 */
export function errorOf(error, status) {
  if (status === 0 || /fetch|network/i.test(error.message)) return new ApiError("offline", error.message);
  if (status === 429) return new ApiError("limit", error.message);
  if (status === 401 || status === 403) return new ApiError("refused", error.message);
  if (status === 404) return new ApiError("missing", error.message);
  if (status === 400 || status === 409 || status === 422) return new ApiError("invalid", error.message);
  return new ApiError("broken", error.message);
}
