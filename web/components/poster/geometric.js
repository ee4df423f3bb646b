/**
 * Compositions of repeated shapes: slats, tiles, waves, columns.
 * @typedef {import("./compositions.js").Box} Box
 */
import { html } from "../../ui.js";

/** @type {(n: number) => number[]} */
const range = (n) => [...Array(n).keys()];

/** @type {Record<string, (box: Box) => unknown>} */
export const geometric = {
  blinds({ w, h, r, p }) {
    const n = r.whole(9, 12);
    const tall = h / n;
    const tilt = r.between(-10, 10);
    return html`
      <circle cx=${w * r.between(0.35, 0.65)} cy=${h * 0.5} r=${w * r.between(0.28, 0.36)} fill=${p.a} />
      <g transform="rotate(${tilt} ${w / 2} ${h / 2})">
      ${range(n + 4).map((i) =>
        html`<rect x=${-w * 0.2} y=${(i - 2) * tall} width=${w * 1.4} height=${
          tall * (0.3 + (0.45 * i) / n)
        } fill=${p.ground} />`
      )}
      </g>
      <rect x=${w * r.between(0.12, 0.8)} y="0" width="4" height=${h} fill=${p.c} />
    `;
  },

  converge({ w, h, r, p }) {
    const x = w * r.between(0.25, 0.75);
    const y = h * r.between(0.35, 0.6);
    const n = 18;
    const far = w + h;
    const ray = (/** @type {number} */ i, /** @type {number} */ part) => {
      const angle = ((i + part) / n) * Math.PI * 2;
      return `${(x + Math.cos(angle) * far).toFixed(1)},${(y + Math.sin(angle) * far).toFixed(1)}`;
    };
    return html`
      ${range(n).map((i) =>
        html`<polygon points="${x},${y} ${ray(i, 0)} ${ray(i, 0.5)}" fill=${
          i % 6 === 0 ? p.c : i % 2 ? p.b : p.a
        } />`
      )}
      <circle cx=${x} cy=${y} r=${w * 0.13} fill=${p.ground} />
      <circle cx=${x} cy=${y} r=${w * 0.045} fill=${p.c} />
    `;
  },

  labyrinth({ w, h, r, p }) {
    const [x, y] = [w * r.between(0.4, 0.6), h * r.between(0.45, 0.55)];
    const rings = range(7);
    return html`
      ${rings.map((i) => {
        const radius = w * (0.09 + i * 0.066);
        const around = radius * Math.PI * 2;
        const gap = around * r.between(0.08, 0.22);
        return html`
          <circle cx=${x} cy=${y} r=${radius} fill="none" stroke=${i % 3 === 1
            ? p.c
            : i % 2
            ? p.b
            : p.a} stroke-width=${w * 0.036}
            stroke-dasharray="${around - gap} ${gap}" transform="rotate(${r.between(0, 360)} ${x} ${y})" />
        `;
      })}
      <circle cx=${x} cy=${y} r=${w * 0.04} fill=${p.c} />
    `;
  },

  chevrons({ w, h, r, p }) {
    const tall = h / r.whole(6, 8);
    const rows = Math.ceil(h / tall) + 2;
    const marked = r.whole(2, rows - 3);
    return html`
      ${range(rows).map((i) => {
        const top = (i - 1) * tall;
        const colour = i === marked ? p.c : i % 2 ? p.a : p.b;
        return html`
          <polygon
            points="0,${top + tall} ${w / 2},${top} ${w},${top + tall} ${w},${top + tall * 1.62} ${w /
              2},${top + tall * 0.62} 0,${top + tall * 1.62}"
            fill=${colour} />
        `;
      })}
    `;
  },

  smiles({ w, h, r, p }) {
    const columns = r.pick([3, 4]);
    const size = w / columns;
    const rows = Math.ceil(h / size);
    const colours = [p.a, p.b, p.c];
    return html`
      ${range(rows * columns).map((i) => {
        const x = ((i % columns) + 0.5) * size;
        const y = (Math.floor(i / columns) + 0.5) * size;
        const turn = r.pick([0, 0, 90, 180, 270]);
        return html`
          <path d="M${x - size * 0.44} ${y} A${size * 0.44} ${size * 0.44} 0 0 0 ${x +
            size * 0.44} ${y} Z" fill=${r.pick(colours)}
            transform="rotate(${turn} ${x} ${y})" />
        `;
      })}
    `;
  },

  blocks({ w, h, r, p }) {
    const size = w / 4;
    const colours = [p.a, p.b, p.c];
    const heights = range(4).map(() => r.whole(1, Math.max(2, Math.floor(h / size) - 1)));
    return html`
      <circle cx=${w * r.between(0.2, 0.8)} cy=${size * 0.9} r=${size * 0.42} fill=${p.c} />
      ${heights.map((n, column) =>
        range(n).map((i) => {
          const [x, y] = [column * size, h - (i + 1) * size];
          const fill = colours[(column + i) % 3];
          const top = i === n - 1;
          return top && column % 2
            ? html`
              <path
                d="M${x} ${y + size} V${y + size / 2} A${size / 2} ${size / 2} 0 0 1 ${x + size} ${y +
                  size / 2} V${y + size} Z"
                fill=${fill} />
            `
            : html`<rect x=${x} y=${y} width=${size} height=${size} fill=${fill} />`;
        })
      )}
    `;
  },

  record({ w, h, r, p }) {
    const [x, y] = [w * r.pick([0.5, 0.2, 0.8]), h * 0.52];
    return html`
      ${range(9).map((i) =>
        html`<circle cx=${x} cy=${y} r=${w * (0.52 - i * 0.05)} fill=${i % 2 ? p.a : p.b} />`
      )}
      <circle cx=${x} cy=${y} r=${w * 0.12} fill=${p.c} /><circle cx=${x} cy=${y}
        r=${w * 0.025} fill=${p.ground} />
    `;
  },

  bars({ w, h, r, p }) {
    const n = r.whole(7, 9);
    const step = w / n;
    return html`
      ${range(n).map((i) => {
        const tall = h * (0.25 + 0.55 * Math.abs(Math.sin(i * 0.7 + r.between(0, 1))));
        return html`<rect x=${i * step + step * 0.18} y=${(h - tall) / 2} width=${
          step * 0.64
        } height=${tall} rx=${step * 0.32} fill=${[p.a, p.b, p.c][i % 3]} />`;
      })}
    `;
  },

  lanes({ w, h, p }) {
    return html`
      ${range(6).map((i) =>
        html`<circle cx=${w} cy=${h} r=${w * (1.15 - i * 0.16)} fill=${[p.a, p.b, p.c][i % 3]} />`
      )}
      <circle cx=${w * 0.3} cy=${h * 0.3} r=${w * 0.08} fill=${p.c} />
    `;
  },

  contact({ w, h, r, p }) {
    const columns = 4;
    const step = w / columns;
    const rows = Math.floor(h / (step * 0.75));
    const marked = r.whole(columns, rows * columns - columns - 1);
    const top = (h - rows * step * 0.75) / 2;
    return html`
      ${range(rows * columns).map((i) => {
        const x = (i % columns) * step + 4;
        const y = top + Math.floor(i / columns) * step * 0.75 + 4;
        const [wide, tall] = [step - 8, step * 0.75 - 8];
        const fill = i === marked ? p.c : r.pick([p.a, p.b, p.b, p.a, p.ground]);
        return html`<rect x=${x} y=${y} width=${wide} height=${tall} fill=${fill} />
          ${
          i === marked &&
          html`<circle cx=${x + wide / 2} cy=${y + tall / 2} r=${tall * 0.28} fill=${p.ink} />`
        }`;
      })}
    `;
  },

  columns({ w, h, r, p }) {
    const n = r.pick([3, 4, 5]);
    const step = w / n;
    return html`
      <circle cx=${w / 2} cy=${h * 0.34} r=${w * 0.24} fill=${p.c} />
      ${range(n).map((i) =>
        html`
          <rect x=${i * step + step * 0.16} y=${h * 0.3} width=${step * 0.68} height=${h * 0.62} fill=${i % 2
            ? p.b
            : p.a} />
          ${range(3).map((k) =>
            html`<rect x=${i * step + step * (0.27 + k * 0.19)} y=${h * 0.36} width=${step * 0.06} height=${
              h * 0.56
            } fill=${p.sky} opacity="0.55" />`
          )}
        `
      )}
      <polygon points="0,${h * 0.3} ${w / 2},${h * 0.12} ${w},${h * 0.3}" fill=${p.a} />
      <rect x="0" y=${h * 0.9} width=${w} height=${h * 0.1} fill=${p.a} />
    `;
  },

  tiles({ w, h, r, p }) {
    const columns = 3;
    const size = w / columns;
    const rows = Math.ceil(h / size);
    const colours = [p.a, p.b, p.c, p.ground];
    const shapes = [
      (/** @type {number} */ x, /** @type {number} */ y) =>
        `M${x} ${y} H${x + size} A${size} ${size} 0 0 1 ${x} ${y + size} Z`,
      (/** @type {number} */ x, /** @type {number} */ y) =>
        `M${x} ${y + size} A${size / 2} ${size / 2} 0 0 1 ${x + size} ${y + size} Z`,
      (/** @type {number} */ x, /** @type {number} */ y) =>
        `M${x} ${y + size / 2} A${size / 2} ${size / 2} 0 1 1 ${x + size} ${y + size / 2} A${size / 2} ${
          size / 2
        } 0 1 1 ${x} ${y + size / 2} Z`,
    ];
    return html`
      ${range(rows * columns).map((i) => {
        const [x, y] = [(i % columns) * size, Math.floor(i / columns) * size];
        const turn = r.pick([0, 90, 180, 270]);
        return html`<path d=${r.pick(shapes)(x, y)} fill=${r.pick(colours)} transform="rotate(${turn} ${
          x + size / 2
        } ${y + size / 2})" />`;
      })}
    `;
  },

  halves({ w, h, r, p }) {
    const radius = Math.min(w * 0.42, h * 0.36);
    const [x, y] = [w / 2, h * 0.5];
    const slip = radius * r.between(0.15, 0.5);
    const turn = r.pick([0, 90, 45, -45]);
    return html`
      <g transform="rotate(${turn} ${x} ${y})">
        <path d="M${x - radius + slip} ${y - 3} A${radius} ${radius} 0 0 1 ${x + radius + slip} ${y - 3} Z"
          fill=${p.a} />
        <path d="M${x - radius - slip} ${y + 3} A${radius} ${radius} 0 0 0 ${x + radius - slip} ${y + 3} Z"
          fill=${p.b} />
      </g>
      <circle cx=${w * r.between(0.12, 0.88)} cy=${h * r.pick([0.1, 0.9])} r=${w * 0.05} fill=${p.c} />
    `;
  },
};
