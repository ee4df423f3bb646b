/**
 * What a poster shows: one composition of flat shapes for each kind of story, drawn into a box.
 * @typedef {import("./random.js").Random} Random
 * @typedef {import("./palettes.js").Palette} Palette
 * @typedef {object} Box
 * @property {number} w
 * @property {number} h
 * @property {Random} r
 * @property {Palette} p
 */
import { html } from "../../ui.js";
import { figures } from "./figures.js";
import { geometric } from "./geometric.js";

/** @type {(n: number) => number[]} */
const range = (n) => [...Array(n).keys()];
const round = Math.round;

/** @type {Record<string, (box: Box) => unknown>} */
export const COMPOSITIONS = {
  ...geometric,
  ...figures,

  mesa({ w, h, r, p }) {
    const x = w * r.between(0.3, 0.7);
    const radius = w * 0.3;
    const y = h * 0.45;
    const far = h * 0.72;
    return html`
      <circle cx=${x} cy=${y} r=${radius} fill=${p.c} />
      ${range(5).map((i) =>
        html`<rect x="0" y=${y + radius * (0.1 + i * 0.19)} width=${w} height=${2 + i * 2.2} fill=${p.sky} />`
      )}
      <path
        d="M0 ${far} h${w * 0.12} l8 -${h * 0.2} h${w * 0.17} l8 ${h * 0.2} H${w * 0.66} l6 -${h *
          0.13} h${w * 0.2} l7 ${h * 0.13} H${w} V${h} H0 Z"
        fill=${p.a} />
      <path d="M0 ${h * 0.88} Q${w * 0.4} ${h * 0.78} ${w} ${h * 0.9} V${h} H0 Z"
        fill=${p.b} />
    `;
  },

  ridges({ w, h, r, p }) {
    const ridge = (/** @type {number} */ base, /** @type {number} */ height) => {
      const points = range(7).map((i) =>
        `${round((i * w) / 6)},${
          round(base - (i % 2 ? height * r.between(0.6, 1) : height * r.between(0, 0.3)))
        }`
      );
      return `0,${h} ${points.join(" ")} ${w},${h}`;
    };
    return html`
      <circle cx=${w * r.between(0.25, 0.75)} cy=${h * 0.32} r=${w * 0.17} fill=${p.c} />
      <polygon points=${ridge(h * 0.6, h * 0.26)} fill=${p.a} opacity="0.55" />
      <polygon points=${ridge(h * 0.76, h * 0.24)} fill=${p.a} />
      <polygon points=${ridge(h * 0.93, h * 0.18)} fill=${p.b} />
    `;
  },

  orbit({ w, h, r, p }) {
    const x = w * r.between(0.35, 0.7);
    const y = h * r.between(0.45, 0.58);
    const size = Math.min(w, h) * r.between(0.26, 0.34);
    const tilt = r.between(-28, 28);
    const name = `planet-${round(x)}-${round(y)}-${round(size)}`;
    return html`
      ${range(26).map(() =>
        html`<circle cx=${round(r.between(0, w))} cy=${round(r.between(0, h))} r=${
          r.pick([0.6, 0.9, 1.4])
        } fill=${p.ink} opacity=${r.between(0.4, 1).toFixed(2)} />`
      )}
      <clipPath id=${name}>
        <circle cx=${x} cy=${y} r=${size} />
      </clipPath>
      <circle cx=${x} cy=${y} r=${size} fill=${p.a} />
      <g clip-path="url(#${name})" transform="rotate(${tilt} ${x} ${y})">
        ${range(3).map((i) =>
          html`<rect x=${x - size} y=${y - size * 0.5 + i * size * 0.52} width=${size * 2} height=${
            size * r.between(0.12, 0.3)
          } fill=${p.b} />`
        )}
      </g>
      <ellipse cx=${x} cy=${y} rx=${size * 1.65} ry=${size * 0.36} fill="none" stroke=${p.c}
        stroke-width="3" transform="rotate(${tilt} ${x} ${y})"
        stroke-dasharray="${size * 4.1} ${size * 1.62}" stroke-dashoffset=${-size * 0.3} />
      <circle cx=${w * r.between(0.08, 0.2)} cy=${h * r.between(0.1, 0.25)} r=${size * 0.16} fill=${p.c} />
    `;
  },

  horizon({ w, h, r, p }) {
    const x = w * r.between(0.3, 0.7);
    const y = h * r.between(0.54, 0.7);
    const radius = w * r.between(0.2, 0.36);
    return html`
      <circle cx=${x} cy=${y - radius * 0.25} r=${radius} fill=${p.a} />
      ${range(4).map((i) =>
        html`<rect x="0" y=${y - radius * 0.75 + i * radius * 0.24} width=${w} height=${
          2 + i * 2.4
        } fill=${p.sky} />`
      )}
      <rect x="0" y=${y} width=${w} height=${h - y} fill=${p.b} />
      ${range(15).map((i) =>
        html`<line x1=${x + (i - 7) * 9} y1=${y} x2=${
          x + (i - 7) * 62
        } y2=${h} stroke=${p.c} stroke-width="1" />`
      )}
      ${range(6).map((i) =>
        html`<line x1="0" x2=${w} y1=${y + (h - y) * (i / 5) ** 2} y2=${
          y + (h - y) * (i / 5) ** 2
        } stroke=${p.c} stroke-width="1" />`
      )}
    `;
  },

  arches({ w, h, r, p }) {
    const x = w * 0.5;
    const arch = (/** @type {number} */ half, /** @type {number} */ top) =>
      `M${x - half} ${h} V${top + half} A${half} ${half * 1.15} 0 0 1 ${x + half} ${top + half} V${h} Z`;
    const colours = [p.b, p.a, p.sky, p.b, p.ground];
    return html`
      ${range(12).map(() =>
        html`<circle cx=${round(r.between(6, w - 6))} cy=${round(r.between(6, h * 0.5))} r=${
          r.pick([0.9, 1.3, 1.8])
        } fill=${p.c} />`
      )}
      ${colours.map((colour, i) =>
        html`<path d=${arch(w * (0.42 - i * 0.075), h * (0.1 + i * 0.12))} fill=${colour} />`
      )}
      <circle cx=${x + r.between(-6, 6)} cy=${h * 0.76} r=${w * 0.055} fill=${p.c} />
      <path d="M0 ${h} Q${w / 2} ${h * 0.88} ${w} ${h} Z" fill=${p.ground} />
    `;
  },

  figures({ w, h, r, p }) {
    const eyes = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ s) =>
      html`
        <circle cx=${x - s} cy=${y} r=${s * 0.62} fill=${p.ink === "#fff6e6" || p.ink === "#fdf3df"
          ? p.ink
          : "#fffaf0"} />
        <circle cx=${x + s} cy=${y} r=${s * 0.62} fill=${p.ink === "#fff6e6" || p.ink === "#fdf3df"
          ? p.ink
          : "#fffaf0"} />
        <circle cx=${x - s * 0.8} cy=${y} r=${s * 0.3} fill="#1c1714" />
        <circle cx=${x + s * 1.2} cy=${y} r=${s * 0.3} fill="#1c1714" />
      `;
    const body = (
      /** @type {number} */ x,
      /** @type {number} */ half,
      /** @type {number} */ top,
      /** @type {string} */ fill,
    ) =>
      html`
        <path
          d="M${x - half} ${h} V${top + half} A${half} ${half} 0 0 1 ${x + half} ${top + half} V${h} Z"
          fill=${fill} />
        ${eyes(x, top + half * 0.95, half * 0.3)}
      `;
    return html`
      <circle cx=${w * r.between(0.2, 0.8)} cy=${h * 0.22} r=${w * 0.11} fill=${p.c} />
      ${body(w * 0.68, w * 0.2, h * r.between(0.18, 0.3), p.b)}
      ${body(w * 0.33, w * 0.24, h * r.between(0.38, 0.5), p.a)}
      ${body(w * 0.83, w * 0.13, h * r.between(0.6, 0.68), p.c)}
    `;
  },

  shards({ w, h, r, p }) {
    const lean = w * r.between(0.35, 0.6) * (r.coin() ? 1 : -1);
    let x = -w * 0.6;
    const colours = [p.a, p.b, p.c, p.sky];
    const slices = [];
    for (let i = 0; x < w * 1.6; i += 1) {
      const wide = w * r.between(0.07, 0.24);
      slices.push(html`
        <polygon points="${x},${h} ${x + wide},${h} ${x + wide + lean},0 ${x + lean},0"
          fill=${colours[i % 4]} />
      `);
      x += wide;
    }
    return html`
      ${slices}<circle cx=${w * r.between(0.35, 0.65)} cy=${h * r.between(0.35, 0.6)} r=${w * 0.15} fill=${p
        .c} stroke=${p.sky}
        stroke-width="5" />
    `;
  },
};
