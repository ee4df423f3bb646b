/**
 * Compositions of one large figure: an eye, two circles that meet, a signal, kites, a ship, a burst, a moon.
 * @typedef {import("./compositions.js").Box} Box
 */
import { html } from "../../ui.js";

/** @type {(n: number) => number[]} */
const range = (n) => [...Array(n).keys()];

/** @type {Record<string, (box: Box) => unknown>} */
export const figures = {
  eye({ w, h, r, p }) {
    const x = w / 2;
    const y = h * 0.52;
    const open = h * r.between(0.2, 0.3);
    const lid = `M${w * 0.06} ${y} Q${x} ${y - open * 2} ${w * 0.94} ${y} Q${x} ${y + open * 2} ${
      w * 0.06
    } ${y} Z`;
    return html`
      ${range(4).map((i) =>
        html`
          <path d=${lid} fill="none" stroke=${p.b} stroke-width="2"
            transform="translate(${x} ${y}) scale(${1.18 + i * 0.2} ${1.3 +
              i * 0.36}) translate(${-x} ${-y})" />
        `
      )}
      <path d=${lid} fill=${p.ink} />
      <circle cx=${x} cy=${y} r=${open * 0.82} fill=${p.a} />
      <ellipse cx=${x} cy=${y} rx=${open * r.pick([0.16, 0.4])} ry=${open * 0.66} fill=${p.ground} />
      <circle cx=${x + open * 0.3} cy=${y - open * 0.34} r=${open * 0.12} fill=${p.ink} />
    `;
  },

  teeth({ w, h, r, p }) {
    const n = r.whole(5, 7);
    const step = w / n;
    const row = (/** @type {boolean} */ up) =>
      range(n).map((i) => {
        const tip = h * r.between(0.3, 0.46);
        return `L${(i + 0.5) * step} ${up ? h - tip : tip} L${(i + 1) * step} ${up ? h : 0}`;
      }).join(" ");
    return html`
      <circle cx=${w / 2} cy=${h / 2} r=${w * 0.3} fill=${p.a} />
      <circle cx=${w / 2} cy=${h / 2} r=${w * 0.09} fill=${p.ground} />
      <path d="M0 0 ${row(false)} Z" fill=${p.ground} />
      <path d="M0 ${h} ${row(true)} Z" fill=${p.b} />
    `;
  },

  meeting({ w, h, r, p }) {
    const size = w * r.between(0.25, 0.29);
    const y = h * 0.52;
    const [x1, x2] = [w * 0.37, w * 0.63];
    const name = `meeting-${Math.round(size * 100)}-${Math.round(h)}`;
    return html`
      ${range(5).map((i) =>
        html`
          <circle cx=${w / 2} cy=${y} r=${size * (1.35 + i * 0.3)} fill="none" stroke=${p
            .c} stroke-width="1.2"
            opacity=${0.75 - i * 0.13} />
        `
      )}
      <clipPath id=${name}>
        <circle cx=${x2} cy=${y} r=${size} />
      </clipPath>
      <circle cx=${x1} cy=${y} r=${size} fill=${p.a} />
      <circle cx=${x2} cy=${y} r=${size} fill=${p.b} />
      <circle cx=${x1} cy=${y} r=${size} fill=${p.c} clip-path="url(#${name})" />
    `;
  },

  petals({ w, h, r, p }) {
    const n = r.pick([6, 8, 10]);
    const [x, y] = [w / 2, h * 0.5];
    const long = Math.min(w, h) * 0.4;
    return html`
      <g transform="rotate(${r.between(0, 40)} ${x} ${y})">
      ${range(n).map((i) =>
        html`
          <ellipse cx=${x} cy=${y - long * 0.56} rx=${(long * 1.5) / n} ry=${long * 0.52} fill=${i % 2
            ? p.a
            : p.b}
            transform="rotate(${(i * 360) / n} ${x} ${y})" />
        `
      )}
      </g>
      <circle cx=${x} cy=${y} r=${long * 0.2} fill=${p.c} />
    `;
  },

  signal({ w, h, r, p }) {
    const left = r.coin();
    const x = left ? w * 0.16 : w * 0.84;
    return html`
      ${range(7).map((i) =>
        html`<circle cx=${x} cy=${h * 0.86} r=${w * (0.98 - i * 0.13)} fill="none" stroke=${
          i === 2 ? p.c : i % 2 ? p.a : p.b
        } stroke-width=${w * 0.05} />`
      )}
      <circle cx=${x} cy=${h * 0.86} r=${w * 0.07} fill=${p.c} />
      <circle cx=${w - x} cy=${h * 0.16} r=${w * 0.09} fill=${p.a} />
    `;
  },

  kites({ w, h, r, p }) {
    const colours = [p.a, p.b, p.c];
    const kite = (
      /** @type {number} */ x,
      /** @type {number} */ y,
      /** @type {number} */ s,
      /** @type {number} */ i,
    ) =>
      html`
        <g transform="rotate(${r.between(-24, 24)} ${x} ${y})">
          <polygon
            points="${x},${y - s} ${x + s * 0.72},${y} ${x},${y + s} ${x - s * 0.72},${y}"
            fill=${colours[i % 3]} />
          <polygon points="${x},${y - s} ${x + s * 0.72},${y} ${x},${y}"
            fill=${colours[(i + 1) % 3]} />
          <polygon points="${x},${y + s} ${x - s * 0.72},${y} ${x},${y}"
            fill=${colours[(i + 1) % 3]} />
          <path d="M${x} ${y + s} q${s * 0.5} ${s * 0.5} 0 ${s} t0 ${s}" fill="none"
            stroke=${p.ink} stroke-width="1.6" />
        </g>
      `;
    return html`
      ${kite(w * 0.68, h * 0.34, w * 0.27, 0)}${kite(w * 0.28, h * 0.5, w * 0.19, 1)}${kite(
        w * 0.3,
        h * 0.16,
        w * 0.11,
        2,
      )}
    `;
  },

  waves({ w, h, r, p }) {
    const wave = (/** @type {number} */ y, /** @type {number} */ tall) =>
      `M0 ${y} q${w / 8} ${-tall} ${w / 4} 0 t${w / 4} 0 t${w / 4} 0 t${w / 4} 0 V${h} H0 Z`;
    const x = w * r.between(0.3, 0.65);
    return html`
      <circle cx=${w * r.between(0.2, 0.8)} cy=${h * 0.2} r=${w * 0.11} fill=${p.c} />
      <polygon points="${x},${h * 0.2} ${x},${h * 0.58} ${x + w * 0.22},${h * 0.58}" fill=${p.ground} />
      <polygon points="${x - 5},${h * 0.28} ${x - 5},${h * 0.58} ${x - w * 0.13},${h * 0.58}" fill=${p.c} />
      <path d="M${x - w * 0.17} ${h * 0.6} h${w * 0.42} l${-w * 0.08} ${h * 0.09} h${-w * 0.26} Z" fill=${p
        .b} />
      ${range(4).map((i) =>
        html`<path d=${wave(h * (0.68 + i * 0.09), h * 0.07)} fill=${i % 2 ? p.b : p.a} opacity=${
          i === 0 ? 0.8 : 1
        } />`
      )}
    `;
  },

  burst({ w, h, r, p }) {
    const n = r.pick([9, 11, 13]);
    const [x, y] = [w / 2, h / 2];
    const star = (/** @type {number} */ far, /** @type {number} */ near, /** @type {number} */ turn) =>
      range(n * 2).map((i) => {
        const angle = (i / n) * Math.PI + turn;
        const radius = i % 2 ? near : far;
        return `${(x + Math.cos(angle) * radius).toFixed(1)},${(y + Math.sin(angle) * radius).toFixed(1)}`;
      }).join(" ");
    return html`
      <polygon points=${star(w * 0.6, w * 0.36, 0)} fill=${p.b} />
      <polygon points=${star(w * 0.44, w * 0.26, 0.14)} fill=${p.a} />
      <polygon points=${star(w * 0.26, w * 0.14, 0.3)} fill=${p.c} />
    `;
  },

  moons({ w, h, r, p }) {
    const n = 5;
    const size = Math.min(w, h) * 0.36;
    const [x, y] = [w / 2, h * 0.5];
    const around = range(n).map((i) => (i / (n - 1) - 0.5) * 2);
    return html`
      ${range(20).map(() =>
        html`<circle cx=${Math.round(r.between(4, w - 4))} cy=${Math.round(r.between(4, h - 4))} r=${
          r.pick([0.8, 1.2, 1.7])
        } fill=${p.c} />`
      )}
      <circle cx=${x} cy=${y} r=${size} fill=${p.a} /><circle cx=${x + size * r.pick([-0.42, 0.42])} cy=${y -
        size * 0.16}
        r=${size * 0.84} fill=${p.sky} />
      ${around.map((part) =>
        html`<circle cx=${x + part * w * 0.36} cy=${h * 0.9 - (1 - part * part) * h * 0.04} r=${
          w * (0.045 - Math.abs(part) * 0.02)
        } fill=${p.c} />`
      )}
    `;
  },
};
