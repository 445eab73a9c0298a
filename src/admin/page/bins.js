/** The time line's bars: how many changes fell into each piece of the last hour. Pure. */

export const lineMs = 60 * 60 * 1000;
export const binCount = 120;

/** @typedef {'signal' | 'service' | 'server' | 'route'} Lane */
/** @typedef {{ at: number, good: number, bad: number, other: number }} Bin */

/** @type {readonly { name: string, of: readonly string[] }[]} */
export const lanes = [
  { name: 'Signals', of: ['signal'] },
  { name: 'Services and servers', of: ['service', 'server'] },
  { name: 'Routes', of: ['route'] },
];

const good = new Set(['up', 'announced']);
const bad = new Set(['down', 'withdrawn']);

/**
 * Only bins that hold something, oldest first.
 *
 * @param {readonly import('./events.js').Entry[]} entries
 * @param {readonly string[]} of which kinds of things
 * @param {number} nowMs
 * @returns {Bin[]}
 */
export function binsOf(entries, of, nowMs) {
  const binMs = lineMs / binCount;
  /** @type {Map<number, Bin>} */
  const bins = new Map();
  for (const { atMs, subject, to } of entries) {
    const at = Math.floor((atMs - (nowMs - lineMs)) / binMs);
    if (at < 0 || at > binCount || !of.includes(subject)) continue;
    const index = Math.min(at, binCount - 1);
    const bin = bins.get(index) ?? { at: index, good: 0, bad: 0, other: 0 };
    if (good.has(to)) bin.good += 1;
    else if (bad.has(to)) bin.bad += 1;
    else bin.other += 1;
    bins.set(index, bin);
  }
  return [...bins.values()].toSorted((one, other) => one.at - other.at);
}

/**
 * Height of a bar, 0 … 1: one change can be seen next to a thousand.
 *
 * @param {number} count
 */
export function barHeight(count) {
  if (count === 0) return 0;
  return Math.min(1, 0.3 + Math.log10(count) * 0.25);
}
