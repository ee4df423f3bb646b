/**
 * The view library: Preact with htm, from here for all components, so that another choice changes one file.
 */
import { h, render } from "./vendor/preact.js";
import htm from "./vendor/htm.js";

export { Fragment } from "./vendor/preact.js";
export { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "./vendor/hooks.js";
export { render };

export const html = htm.bind(h);
