/**
 * Icons of one stroke on 24 by 24. They are decoration: the control has the name.
 */
import { html } from "../ui.js";

/** @type {Record<string, string>} */
const PATHS = {
  home: "M4 11 12 4l8 7v9h-5v-6H9v6H4z",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zm5 11.5L20.5 20.5",
  me: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20c1-4 4-6 7.500-6s6.500 2 7.500 6",
  docs: "M5 4h10l4 4v12H5zM14.500 4v5H19M8.500 13h7M8.500 16.500h5",
  sun:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.500v2.500M12 19v2.500M2.500 12H5M19 12h2.500M5.300 5.300 7 7M17 17l1.700 1.700M18.700 5.300 17 7M7 17l-1.700 1.700",
  moon: "M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z",
  next: "M9 5l7 7-7 7",
  previous: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  heart:
    "M12 20C5 15 3.500 12 3.500 9A4.500 4.500 0 0 1 12 7a4.500 4.500 0 0 1 8.500 2c0 3-1.500 6-8.500 11z",
  away: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM6 6l12 12",
  save: "M6.500 4h11v16.500L12 16.500l-5.500 4z",
  kids: "M12 3l6.500 7L12 17 5.500 10zM12 3v14M5.500 10h13M12 17c-1 2 1 2.500 0 4.500",
  lock: "M6 11h12v9.500H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  plus: "M12 5v14M5 12h14",
  warn: "M12 4 2.800 20h18.400zM12 10v5M12 17.300v.2",
  film: "M4 5h16v14H4zM8 5v14M16 5v14M4 9.500h4M4 14.500h4M16 9.500h4M16 14.500h4",
};

/** @param {{ name: string, filled?: boolean }} properties */
export function Icon({ name, filled = false }) {
  return html`
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" fill=${filled
      ? "currentColor"
      : "none"}
      stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">
      <path d=${PATHS[name]} />
    </svg>
  `;
}
