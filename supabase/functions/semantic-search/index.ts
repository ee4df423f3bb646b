/**
 * Films, shows, sports and books by meaning: answers as the search worker's /search/semantic does, for clients that
 * reach functions only. `functions.invoke("semantic-search", { body: { q: "a heist in dreams", count: 5 } })`, or GET
 * with the same as query parameters. SEARCH_URL, a secret, is where the worker is.
 */

import { answering, ApiError, jsonOf } from "../_shared/answers.ts";
import { withCors } from "../_shared/cors.ts";

const PASSED_ON = ["authorization", "apikey", "x-profile-id", "x-request-id"];
const WITHIN = 10_000; // milliseconds

async function parameters(request: Request): Promise<URLSearchParams> {
  if (request.method === "GET") return new URL(request.url).searchParams;
  if (request.method !== "POST") throw new ApiError(405, "method_not_allowed", "Use GET or POST.");
  const given = Object.entries(await jsonOf(request)).filter(([, value]) => value !== null);
  for (const [name, value] of given) {
    if (typeof value === "object") {
      throw new ApiError(400, "invalid_parameter", `${name} must be a text or a number`, name);
    }
  }
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
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
