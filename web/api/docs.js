/**
 * The project's documents, served beside the client as /docs/NAME.md.
 */
import { ApiError } from "./client.js";

/** The text of a document in Markdown. Raises ApiError. @param {string} name */
export async function getDocument(name) {
  const response = await fetch(`/docs/${encodeURIComponent(name)}.md`).catch((error) => {
    throw new ApiError("offline", String(error));
  });
  if (response.status === 404) throw new ApiError("missing", "There is no such document");
  if (!response.ok) throw new ApiError("broken", response.statusText);
  return response.text();
}
