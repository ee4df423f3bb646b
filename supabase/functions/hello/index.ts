/** The smallest function: greets whoever is named. `functions.invoke("hello", { body: { name: "Ana" } })` */

import { answering, ApiError, jsonOf } from "../_shared/answers.ts";
import { withCors } from "../_shared/cors.ts";

async function hello(request: Request): Promise<Response> {
  const { name = "world" } = request.method === "POST" ? await jsonOf(request) : {};
  if (typeof name !== "string" || name.length > 100) {
    throw new ApiError(400, "invalid_parameter", "name must be a text of at most 100 characters", "name");
  }
  return Response.json({ message: `Hello ${name}!` });
}

Deno.serve(withCors(answering(hello)));
