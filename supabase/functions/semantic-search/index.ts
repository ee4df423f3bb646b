/**
 * Films, shows, sports and books by meaning: answers as the search worker's /search/semantic does, for clients that
 * reach functions only. `functions.invoke("semantic-search", { body: { q: "a heist in dreams", count: 5 } })`, or GET
 * with the same as query parameters. SEARCH_URL, a secret, is where the worker is.
 */

import { answering, ApiError, jsonOf } from "../_shared/answers.ts";
import { withCors } from "../_shared/cors.ts";

const PASSED_ON = ["authorization", "apikey", "x-profile-id", "x-request-id"];
const WITHIN = 10_000; // milliseconds
const KNOWN = ["q", "kind", "count", "limit", "threshold"];
const UNREAD = ["apikey", "forceFunctionRegion"]; // of the platform; the second is supabase-js's `region`

/** Of the address, and of the body of a POST; the worker refuses a parameter that both hold. */
async function parameters(request: Request): Promise<URLSearchParams> {
  if (!["GET", "POST"].includes(request.method)) {
    throw new ApiError(405, "method_not_allowed", "Use GET or POST.");
  }
  const url = [...new URL(request.url).searchParams].filter(([name]) => !UNREAD.includes(name));
  const body = request.method === "POST" ? Object.entries(await jsonOf(request)) : [];
  const given: [string, unknown][] = [...url, ...body];
  for (const [name, value] of given) {
    if (!KNOWN.includes(name)) throw unknown(name.slice(0, 100));
    if (typeof value === "object" && value !== null) {
      throw new ApiError(400, "invalid_parameter", `${name} must be a text or a number`, name);
    }
  }
  return new URLSearchParams(
    given.filter(([, value]) => value !== null).map(([name, value]) => [name, String(value)]),
  );
}

function unknown(name: string): ApiError {
  const message = `There is no parameter ${name}: the parameters are ${KNOWN.join(", ")}.`;
  return new ApiError(400, "unknown_parameter", message, name);
}

async function search(request: Request): Promise<Response> {
  const worker = Deno.env.get("SEARCH_URL");
  if (!worker) throw new ApiError(503, "search_unavailable", "Searching by meaning is not set up here.");
  const url = new URL("/search/semantic", worker);
  url.search = (await parameters(request)).toString();
  const headers = new Headers();
  for (const name of PASSED_ON) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(WITHIN) });
    const kept = ["content-type", "retry-after", "x-request-id"].flatMap((name) => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value] as [string, string]];
    });
    return new Response(answer.body, { status: answer.status, headers: kept });
  } catch {
    throw new ApiError(503, "search_unavailable", "The search does not answer. Try again in a moment.");
  }
}

Deno.serve(withCors(answering(search)));
