/** Ages that count by themselves, without drawing anything else again. */
import { html, useLayoutEffect, useRef } from './vendor/preact.js';
import { formatClock, parseTime } from './ages.js';
import { elapsedText } from './wording.js';

const tickMs = 1000;

/** @type {Map<Element, number>} the times that are on the page */
const shown = new Map();

/** How far this machine's clock is ahead of the node's, as far as known; judged from what arrives. */
let skewMs = Infinity;

/** Milliseconds since 1970 on the node's clock. */
export function nodeNowMs() {
  return Date.now() - (skewMs === Infinity ? 0 : skewMs);
}

/**
 * What just arrived was sent a moment ago: the least difference seen is the clocks'.
 *
 * @param {number} atMs on the node's clock
 */
export function judgeClock(atMs) {
  skewMs = Math.min(skewMs, Date.now() - atMs);
}

/** Forgets the judgement: a new connection may lead to a node with another clock. */
export function forgetClock() {
  skewMs = Infinity;
}

setInterval(() => {
  const nowMs = nodeNowMs();
  for (const [element, atMs] of shown) write(element, nowMs - atMs);
}, tickMs);

/**
 * @param {Element} element
 * @param {number} ageMs
 */
function write(element, ageMs) {
  const text = elapsedText(ageMs);
  if (element.textContent !== text) element.textContent = text;
}

/** @param {{ since: string | null | undefined }} props */
export function Age({ since }) {
  const element = useRef(/** @type {Element | null} */ (null));
  const atMs = parseTime(since);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null || atMs === null) return undefined;
    shown.set(current, atMs);
    write(current, nodeNowMs() - atMs);
    return () => {
      shown.delete(current);
    };
  }, [atMs]);
  if (atMs === null) return null;
  return html`<time
    class="age"
    ref=${element}
    datetime=${since}
    title=${formatClock(atMs)}
  ></time>`;
}
