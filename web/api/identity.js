/**
 * Who is here: sign-up, sign-in, profiles, kids mode.
 * @typedef {import("./client.js").Database["public"]["Tables"]["profiles"]["Row"]} Profile
 * @typedef {{ kids_mode: boolean, profile_id: string | null, has_pin: boolean, tries_left: number | null, retry_after: number | null }} KidsMode
 * @typedef {object} Viewer
 * @property {string} id of the user
 * @property {string} email
 * @property {Profile[]} profiles
 * @property {Profile | null} acting
 * @property {KidsMode} kids
 */
import { storeOf } from "../store.js";
import { actingProfile, ApiError, client, dataOf, errorOf, setActingProfile } from "./client.js";

/** The signed-in user; null: a visitor; undefined: not known yet. */
export const viewer = storeOf(/** @type {Viewer | null | undefined} */ (undefined));

/** Read who is here, and follow sign-ins and sign-outs in this and other tabs. */
export async function startSession() {
  await refresh();
  client().auth.onAuthStateChange((event) => {
    if (event === "SIGNED_OUT") leave();
  });
}

/** Read the viewer again. */
export async function refresh() {
  const { data: { session } } = await client().auth.getSession();
  if (!session) return viewer.set(null);
  const kids = await dataOf(client().rpc("get_kids_mode"));
  const profiles = await dataOf(client().from("profiles").select("*").order("created_at"));
  const mode = /** @type {KidsMode} */ (kids);
  viewer.set({
    id: session.user.id,
    email: session.user.email ?? "",
    profiles,
    kids: mode,
    acting: profiles.find((profile) => profile.id === (mode.kids_mode ? mode.profile_id : actingProfile())) ??
      profiles.find((profile) => profile.is_default) ?? null,
  });
}

/** @param {string} email @param {string} password */
export async function signIn(email, password) {
  const { error } = await client().auth.signInWithPassword({ email, password });
  if (error) {
    throw new ApiError(
      error.code === "invalid_credentials" ? "refused" : errorOf(error, error.status ?? 0).kind,
      error.message,
    );
  }
  setActingProfile(null);
  await refresh();
}

/**
 * Returns whether the address must be confirmed before the first sign-in.
 * @param {string} email @param {string} password
 */
export async function signUp(email, password) {
  const { data, error } = await client().auth.signUp({ email, password });
  if (error) throw new ApiError(errorOf(error, error.status ?? 0).kind, error.message);
  setActingProfile(null);
  if (data.session) await refresh();
  return data.session === null;
}

export async function signOut() {
  await client().auth.signOut({ scope: "local" });
  leave();
}

function leave() {
  setActingProfile(null);
  if (viewer.get() !== null) viewer.set(null);
}

/** @param {string} name @param {boolean} isKids */
export async function addProfile(name, isKids) {
  await dataOf(
    client().from("profiles").insert({ name, is_kids: isKids, ...(isKids && { maturity_rating: "PG" }) })
      .select("id"),
  );
  await refresh();
}

/** @param {string} id */
export async function removeProfile(id) {
  if (actingProfile() === id) setActingProfile(null);
  await dataOf(client().from("profiles").delete().eq("id", id).select("id"));
  await refresh();
}

/** @param {Profile} profile */
export async function actAs(profile) {
  setActingProfile(profile.is_default ? null : profile.id);
  await refresh();
}

/** @param {string} pin @param {string} [current] */
export async function setPin(pin, current) {
  await dataOf(client().rpc("set_account_pin", { pin, ...(current && { current_pin: current }) }));
  await refresh();
}

/** @param {string} profileId */
export async function enterKidsMode(profileId) {
  await dataOf(client().rpc("enter_kids_mode", { profile_id: profileId }));
  await refresh();
}

/** Raises ApiError of kind `refused` for a wrong PIN, and `limit` while no PIN is compared. @param {string} pin */
export async function leaveKidsMode(pin) {
  await dataOf(client().rpc("leave_kids_mode", { pin }));
  setActingProfile(null);
  await refresh();
}
