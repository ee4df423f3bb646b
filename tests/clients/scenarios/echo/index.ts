/** Tells what it was sent. `?as=` has it answer in another way: as text, as bytes, with a status, as a relay would. */

async function bodyOf(request: Request): Promise<unknown> {
  const kind = request.headers.get("content-type") ?? "";
  if (kind.startsWith("multipart/form-data")) {
    const file = (await request.formData()).get("a field");
    return file instanceof File ? { name: file.name, type: file.type, text: await file.text() } : file;
  }
  if (kind.startsWith("application/octet-stream")) return [...new Uint8Array(await request.arrayBuffer())];
  const text = await request.text();
  return kind.startsWith("application/json") ? JSON.parse(text) : text;
}

function claimsOf(request: Request): Record<string, unknown> {
  const [, claims = ""] = (request.headers.get("authorization") ?? "").split(".");
  return JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
}

Deno.serve(async (request) => {
  const { searchParams: asked } = new URL(request.url);
  const body = await bodyOf(request);
  switch (asked.get("as")) {
    case "text":
      return new Response(String(body));
    case "bytes":
      return new Response(Uint8Array.from(body as number[]), {
        headers: { "content-type": "application/octet-stream" },
      });
    case "status":
      return Response.json({ error: body }, { status: Number(asked.get("status")) });
    case "relay":
      return Response.json({ error: body }, { status: 502, headers: { "x-relay-error": "true" } });
  }
  const { role, sub } = claimsOf(request);
  return Response.json({
    method: request.method,
    kind: request.headers.get("content-type"),
    body,
    query: asked.get("q"),
    region: [request.headers.get("x-region"), asked.get("forceFunctionRegion")],
    own: request.headers.get("x-own"),
    caller: { role, sub },
  });
});
