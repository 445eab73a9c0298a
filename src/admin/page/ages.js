/** How the page writes times. Pure: it reads no clock. */

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * `now`, `12s`, `3m 05s`, `2h 14m`, `3d 4h`: two units at most, so that a column of ages can be
 * compared at a glance. A negative age (two clocks that differ) is `now`.
 *
 * @param {number} ageMs
 */
export function formatAge(ageMs) {
  if (!(ageMs >= secondMs)) return 'now';
  if (ageMs < minuteMs) return `${Math.floor(ageMs / secondMs)}s`;
  if (ageMs < hourMs) return pair(ageMs, minuteMs, 'm', secondMs, 's');
  if (ageMs < dayMs) return pair(ageMs, hourMs, 'h', minuteMs, 'm');
  const days = Math.floor(ageMs / dayMs);
  return `${days}d ${Math.floor((ageMs % dayMs) / hourMs)}h`;
}

/**
 * @param {number} ms
 * @param {number} bigMs
 * @param {string} big
 * @param {number} smallMs
 * @param {string} small
 */
function pair(ms, bigMs, big, smallMs, small) {
  const rest = Math.floor((ms % bigMs) / smallMs);
  return `${Math.floor(ms / bigMs)}${big} ${String(rest).padStart(2, '0')}${small}`;
}

/**
 * The time of day with milliseconds, in the reader's zone.
 *
 * @param {number} timeMs milliseconds since 1970
 */
export function formatClock(timeMs) {
  const time = new Date(timeMs);
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()];
  const clock = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return `${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/**
 * `0.42 ms`, `12.3 ms`, `1.50 s`: three digits are all that a probe's time is good for.
 *
 * @param {number} ms
 */
export function formatMs(ms) {
  if (ms >= secondMs) return `${(ms / secondMs).toFixed(2)} s`;
  if (ms >= 100) return `${ms.toFixed(0)} ms`;
  return `${ms.toFixed(ms >= 10 ? 1 : 2)} ms`;
}

/**
 * Milliseconds since 1970 of an RFC 3339 time; `null` where there is none.
 *
 * @param {string | null | undefined} text
 */
export function parseTime(text) {
  if (text === null || text === undefined) return null;
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? null : timeMs;
}
