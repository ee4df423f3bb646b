/** Errors as every part of ours answers them: code, message, details, hint. */

export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly field?: string) {
    super(message);
  }

  answer(): Response {
    const details = this.field === undefined ? null : { field: this.field };
    return Response.json({ code: this.code, message: this.message, details, hint: null }, {
      status: this.status,
    });
  }
}

/** Runs a handler; what it throws as ApiError is answered, anything else is logged and answered as 500. */
export function answering(handle: (request: Request) => Promise<Response> | Response) {
  return async (request: Request): Promise<Response> => {
    try {
      return await handle(request);
    } catch (error) {
      if (error instanceof ApiError) return error.answer();
      const requestId = request.headers.get("x-request-id");
      console.error(JSON.stringify({ event: "failed", request_id: requestId, error: String(error) }));
      return new ApiError(500, "internal_error", "Something went wrong here.").answer();
    }
  };
}

/** Bytes of a body. JSON takes thirty times its size in memory, and several calls are answered at once. */
const LARGEST = 1 << 20;

/** A request's body as text, read no further than it may be long. */
async function textOf(request: Request): Promise<string> {
  const decoder = new TextDecoder();
  let text = "", size = Number(request.headers.get("content-length") ?? 0);
  if (size <= LARGEST) {
    size = 0;
    for await (const piece of request.body ?? []) {
      size += piece.length;
      if (size > LARGEST) break;
      text += decoder.decode(piece, { stream: true });
    }
  }
  if (size > LARGEST) {
    throw new ApiError(413, "request_entity_too_large", `The body is larger than ${LARGEST} bytes.`);
  }
  return text + decoder.decode();
}

/** The JSON object a request holds; an empty body is an empty object. */
export async function jsonOf(request: Request): Promise<Record<string, unknown>> {
  const text = await textOf(request);
  if (!text.trim()) return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ApiError(400, "invalid_json", "The body is no JSON.");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new ApiError(400, "invalid_json", "The body must be a JSON object.");
  }
  return body as Record<string, unknown>;
}
