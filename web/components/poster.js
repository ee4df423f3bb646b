/**
 * The poster of a title: its artwork, or one drawn from what is known.
 */
import { html, useState } from "../ui.js";
import { DrawnPoster } from "./poster/drawing.js";

const ARTWORK = "https://image.tmdb.org/t/p/w342";

/** @param {{ item: import("../api/catalog.js").Item }} properties */
export function Poster({ item }) {
  const [failed, change] = useState(false);
  const source = item.image?.startsWith("/") ? ARTWORK + item.image : item.image;
  return html`
    <div class="poster">
      ${source && !failed
        ? html`<img src=${source} alt="" loading="lazy" decoding="async" onError=${() => change(true)} />`
        : html`<${DrawnPoster} film=${item} />`}
    </div>
  `;
}
