/**
 * Which pages may call our functions: the origins in the secret ALLOWED_ORIGINS, separated by commas; "*" is any.
 * Without the secret: pages on this computer alone.
 */

const HERE = /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/;
const HEADERS = "authorization, apikey, content-type, x-client-info, x-profile-id, x-request-id";

function allows(origin: string): boolean {
  const listed = Deno.env.get("ALLOWED_ORIGINS");
  if (!listed) return HERE.test(origin);
  return listed.split(",").some((one) => one.trim() === "*" || one.trim() === origin);
}

function corsHeaders(request: Request): Headers {
  const headers = new Headers({ vary: "Origin" });
  const origin = request.headers.get("origin");
  if (origin && allows(origin)) {
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-allow-headers", HEADERS);
    headers.set("access-control-allow-methods", "GET, POST, OPTIONS");
    headers.set("access-control-expose-headers", "x-request-id, retry-after");
  }
  return headers;
}

/** Answers what a browser asks beforehand, and tells it of every other answer whether the page may read it. */
export function withCors(handle: (request: Request) => Promise<Response> | Response) {
  return async (request: Request): Promise<Response> => {
    const cors = corsHeaders(request);
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: cors });
    const answer = await handle(request);
    const headers = new Headers(answer.headers);
    cors.forEach((value, name) => headers.set(name, value));
    return new Response(answer.body, { status: answer.status, headers });
  };
}
