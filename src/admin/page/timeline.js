/** The last hour of transitions, as bars: where they cluster is where to look. */
import { html } from './vendor/preact.js';
import { barHeight, binCount, binsOf, lanes, lineMs } from './bins.js';
import { plural } from './counts.js';

/** @typedef {import('./events.js').Entry} Entry */

const lanePx = 34;
const widthPx = 960;
const barPx = widthPx / binCount;
const tickMs = 15 * 60 * 1000;

/** @param {{ entries: readonly Entry[], nowMs: number }} props newest first */
export function Timeline({ entries, nowMs }) {
  return html`<figure class="timeline">
    ${lanes.map(({ name, of }) => {
      const bins = binsOf(entries, of, nowMs);
      const bad = bins.reduce((sum, bin) => sum + bin.bad, 0);
      const all = bins.reduce((sum, bin) => sum + bin.good + bin.bad + bin.other, 0);
      const words = `${name}: ${plural(all, 'change')} in the last hour, ${bad} to down or withdrawn`;
      return html`<div class="lane" key=${name}>
        <p>
          ${name} <span class="about">${all === 0 ? 'no changes' : plural(all, 'change')}</span>
        </p>
        <svg
          viewBox=${`0 0 ${widthPx} ${lanePx}`}
          preserveAspectRatio="none"
          role="img"
          aria-label=${words}
        >
          ${ticks(nowMs).map((x) => html`<path class="tick" d=${`M${x} 0V${lanePx}`} />`)}
          <path class="axis" d=${`M0 ${lanePx / 2}H${widthPx}`} />
          ${bins.map((bin) => html`<${Bar} key=${bin.at} bin=${bin} />`)}
        </svg>
      </div>`;
    })}
    <figcaption>
      1 hour ago
      <span>above the line: up, announced · below: down, withdrawn · on it: other changes</span> now
    </figcaption>
  </figure>`;
}

/** @param {number} nowMs */
function ticks(nowMs) {
  const xs = [];
  for (let atMs = nowMs - (nowMs % tickMs); atMs > nowMs - lineMs; atMs -= tickMs) {
    xs.push(Math.round((1 - (nowMs - atMs) / lineMs) * widthPx));
  }
  return xs;
}

/** @param {{ bin: import('./bins.js').Bin }} props */
function Bar({ bin }) {
  const half = lanePx / 2;
  const x = bin.at * barPx + 1;
  const width = barPx - 2;
  const up = barHeight(bin.good) * half;
  const down = barHeight(bin.bad) * half;
  return html`${
    bin.good > 0 &&
    html`<rect class="bar is-up" x=${x} y=${half - up} width=${width} height=${up} />`
  }
  ${bin.bad > 0 && html`<rect class="bar is-down" x=${x} y=${half} width=${width} height=${down} />`}
  ${
    bin.other > 0 &&
    html`<rect class="bar is-unknown" x=${x} y=${half - 4} width=${width} height="8" />`
  }`;
}
