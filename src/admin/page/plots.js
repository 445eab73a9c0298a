/** Two plots of the last quarter of an hour: how long probes take, and how fast routevane reacts. */
import { html, useEffect, useRef, useState } from './vendor/preact.js';
import { nodeNowMs } from './age.js';
import { formatClock } from './ages.js';
import { latencyText } from './wording.js';

/** @typedef {import('./series.js').Series} Series */

const heightPx = 150;
const drawMs = 1000;
const redrawMs = 30_000;
const shownS = 15 * 60;

/** @param {{ latency: Series, reaction: Series }} props */
export function Plots({ latency, reaction }) {
  return html`<section class="panel plots" aria-labelledby="plots">
    <h2 id="plots">Latency <span class="about">median and maximum of each second</span></h2>
    <${Plot} title="Health check latency" series=${latency} none="no data yet" />
    <${Plot} title="Reaction time: check result to command" series=${reaction} none="no data yet" />
  </section>`;
}

/** @param {{ title: string, series: Series, none: string }} props */
function Plot({ title, series, none }) {
  const target = useRef(/** @type {HTMLElement | null} */ (null));
  const [words, setWords] = useState('');
  useEffect(() => {
    const { current } = target;
    return current === null ? undefined : keepDrawing(current, series, setWords);
  }, [series]);
  return html`<figure class="plot">
    <figcaption>${title} <span class="about">${words || none}</span></figcaption>
    <div ref=${target} aria-hidden="true"></div>
  </figure>`;
}

/**
 * Draws now and then until the returned function is called; anew where the colours change.
 *
 * @param {HTMLElement} target
 * @param {Series} series
 * @param {(words: string) => void} onWords
 */
function keepDrawing(target, series, onWords) {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let version = -1;
  let drawnAtMs = 0;
  let plot = make(target);

  function draw() {
    if (document.hidden) return;
    // The time goes on, too: half a minute is one pixel or two.
    const isOld = nodeNowMs() - drawnAtMs > redrawMs;
    if (series.version === version && !isOld) return;
    version = series.version;
    drawnAtMs = nodeNowMs();
    const [times = [], medians = [], worst = []] = series.points();
    plot.setData([times, medians, worst]);
    const median = medians.at(-1);
    const highest = worst.at(-1);
    if (median === undefined || highest === undefined) return;
    onWords(`last: median ${latencyText(median)}, maximum ${latencyText(highest)}`);
  }

  function renew() {
    plot.destroy();
    plot = make(target);
    version = -1;
    draw();
  }

  const sizes = new ResizeObserver(() => plot.setSize(sizeOf(target)));
  sizes.observe(target);
  dark.addEventListener('change', renew);
  const timer = setInterval(draw, drawMs);
  draw();
  return () => {
    clearInterval(timer);
    sizes.disconnect();
    dark.removeEventListener('change', renew);
    plot.destroy();
  };
}

/** @param {HTMLElement} target */
function sizeOf(target) {
  return { width: Math.max(200, target.clientWidth), height: heightPx };
}

/** Seconds since 1970: plots of both kinds show the same time. */
function lastMinutes() {
  const nowS = nodeNowMs() / 1000;
  return [nowS - shownS, nowS];
}

/** @param {number} atS */
function clock(atS) {
  return formatClock(atS * 1000).slice(0, 5);
}

/**
 * @param {unknown} _
 * @param {unknown} __
 * @param {number | null} max
 */
function fromZero(_, __, max) {
  return [0, (max ?? 0) === 0 ? 1 : Number(max) * 1.1];
}

/** @param {HTMLElement} target */
function make(target) {
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--soft'),
    grid: { stroke: colour('--edge'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  const line = { width: 1.5, points: { show: true, size: 4 } };
  return new uPlot(
    {
      ...sizeOf(target),
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { range: lastMinutes }, y: { range: fromZero } },
      axes: [
        {
          ...axis,
          values: (/** @type {unknown} */ _, /** @type {number[]} */ all) => all.map(clock),
        },
        {
          ...axis,
          size: 58,
          values: (/** @type {unknown} */ _, /** @type {number[]} */ all) => all.map(latencyText),
        },
      ],
      series: [
        {},
        { label: 'median', stroke: colour('--draining'), ...line },
        { label: 'maximum', stroke: colour('--down'), dash: [4, 3], ...line },
      ],
    },
    [[], [], []],
    target,
  );
}
