/**
 * Titles, their facts and their genres.
 * @typedef {object} Item what lists show of a title
 * @property {string} id
 * @property {string} kind
 * @property {string} title
 * @property {number | null} year
 * @property {string | null} language
 * @property {string | null} image
 * @property {string | null} [overview]
 * @property {string[]} [genres] slugs, the most telling last known order
 * @property {string | null} [original]
 * @property {string} [reason]
 * @property {string} [reason_code]
 *
 * @typedef {{ slug: string, name: string, id: string }} Genre
 * @typedef {{ id: string, name: string, job: string, character: string | null }} Credit
 * @typedef {Item & { overview: string | null, minutes: number | null, certificate: string | null, countries: string[],
 *   authors: string[], pages: number | null, genreNames: Genre[], rating: number | null, ratings: number }} Title
 */
import { ApiError, client, dataOf } from "./client.js";

/** @type {Map<string, { genres: string[], original: string | null }>} */
const looks = new Map();
/** @type {Promise<Genre[]> | undefined} */
let allGenres;

/** @returns {Promise<Genre[]>} */
export function getGenres() {
  allGenres ??= dataOf(client().from("genres").select("id, slug, name").order("name"));
  allGenres.catch(() => {
    allGenres = undefined;
  });
  return allGenres;
}

/**
 * The items with genres and original title, which their posters show. One request for those not seen yet.
 * @param {Item[]} items
 * @returns {Promise<Item[]>}
 */
export async function withLooks(items) {
  const unknown = [...new Set(items.map((item) => item.id).filter((id) => !looks.has(id)))];
  if (unknown.length) await loadLooks(unknown);
  return items.map((item) => ({ ...item, ...looks.get(item.id) }));
}

/** @param {string[]} ids */
async function loadLooks(ids) {
  const [genres, originals] = await Promise.all([
    dataOf(client().from("item_genres").select("item_id, genres(slug)").in("item_id", ids)),
    dataOf(client().from("content").select("id, original_title").in("id", ids)),
  ]);
  for (const id of ids) looks.set(id, { genres: [], original: null });
  for (const row of genres) {
    looks.get(row.item_id)?.genres.push(/** @type {{ slug: string }} */ (row.genres).slug);
  }
  for (const row of originals) Object.assign(looks.get(row.id) ?? {}, { original: row.original_title });
}

/**
 * Films of a genre, the most popular first.
 * @param {string} genreId
 * @param {number} [count]
 * @returns {Promise<Item[]>}
 */
export async function getByGenre(genreId, count = 20) {
  const rows = await dataOf(
    client().from("items")
      .select(
        "id, kind, item_genres!inner(genre_id), content!inner(title, release_year, original_language, poster_path)",
      )
      .eq("item_genres.genre_id", genreId).eq("kind", "movie").order("content(popularity)", {
        ascending: false,
      }).limit(count),
  );
  return withLooks(rows.map(({ id, kind, content }) => {
    const row =
      /** @type {Pick<Tables["content"]["Row"], "title" | "release_year" | "original_language" | "poster_path">} */ (/** @type {unknown} */ (content));
    return {
      id,
      kind,
      title: row.title,
      year: row.release_year,
      language: row.original_language,
      image: row.poster_path,
    };
  }));
}

/**
 * What is known of a title. Raises ApiError, of kind `missing` if it does not exist for this profile.
 * @param {string} id
 * @returns {Promise<Title>}
 */
export async function getTitle(id) {
  const [content, books, genres, figures] = await Promise.all([
    dataOf(client().from("content").select("*").eq("id", id)),
    dataOf(client().from("books").select("*").eq("id", id)),
    dataOf(client().from("item_genres").select("genres(id, slug, name)").eq("item_id", id)),
    dataOf(client().from("item_stats").select("*").eq("item_id", id)),
  ]);
  const genreNames = genres.map((row) => /** @type {Genre} */ (row.genres));
  const shared = {
    genreNames,
    genres: genreNames.map((genre) => genre.slug),
    rating: figures[0]?.rating_count ? figures[0].rating_sum / figures[0].rating_count : null,
    ratings: figures[0]?.rating_count ?? 0,
  };
  if (content[0]) return { ...ofContent(content[0]), ...shared };
  if (books[0]) return { ...ofBook(books[0]), ...shared };
  throw new ApiError("missing", "There is no such title");
}

/** @typedef {import("./client.js").Database["public"]["Tables"]} Tables */

/** @param {Tables["content"]["Row"]} row */
function ofContent(row) {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    year: row.release_year,
    language: row.original_language,
    image: row.poster_path,
    overview: row.overview,
    original: row.original_title,
    minutes: row.duration_minutes,
    certificate: row.maturity_rating,
    countries: /** @type {{ countries?: string[] }} */ (row).countries ?? [],
    authors: [],
    pages: null,
  };
}

/** @param {Tables["books"]["Row"]} row */
function ofBook(row) {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    year: row.published_year,
    language: row.language,
    image: row.thumbnail_url,
    overview: row.description,
    original: null,
    minutes: null,
    certificate: null,
    countries: [],
    authors: row.authors,
    pages: row.page_count,
  };
}

/**
 * The people of a title in the order of billing.
 * @param {string} id
 * @returns {Promise<Credit[]>}
 */
export async function getCredits(id) {
  const rows = await dataOf(
    client().from("credits").select("job, position, character_name, people(id, name)").eq("item_id", id)
      .order("position"),
  );
  return rows.map(({ job, character_name: character, people }) => ({ ...people, job, character }));
}

/**
 * Whether a title can be played in a country, and with which tier; null: no limit is known.
 * @param {string} id
 * @returns {Promise<{ country: string | null, tier: string | null }[]>}
 */
export function getAvailability(id) {
  const now = new Date().toISOString();
  return dataOf(
    client().from("item_availability").select("country, tier").eq("item_id", id).lte("starts_at", now).gt(
      "ends_at",
      now,
    ),
  );
}
