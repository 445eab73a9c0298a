/** How the page writes times. Pure: it reads no clock. */

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
 * Milliseconds since 1970 of an RFC 3339 time; `null` where there is none.
 *
 * @param {string | null | undefined} text
 */
export function parseTime(text) {
  if (text === null || text === undefined) return null;
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? null : timeMs;
}
