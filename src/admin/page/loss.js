/** What is said where an observer is lost. Pure. */
import { formatClock, parseTime } from './ages.js';

/** @typedef {import('../../protocol/api.ts').ApiLoss} ApiLoss */

/**
 * `observer lost since 03:14:15: no reply, held until 03:14:25`, after the other reason where there is one.
 *
 * @param {{ state: string, reason: string, lost?: ApiLoss | null }} thing
 */
export function reasonText({ state, reason, lost = null }) {
  if (lost === null) return reason;
  const since = clockOf(lost.since);
  const until = state === 'unknown' ? '' : clockOf(lost.until);
  const words = [
    `observer lost${since === '' ? '' : ` since ${since}`}`,
    lost.reason === '' ? '' : `: ${lost.reason}`,
    until === '' ? '' : `, held until ${until}`,
  ].join('');
  // Once the hold is over the reason says the same.
  return reason === '' || reason.startsWith('observer lost: ') ? words : `${reason} · ${words}`;
}

/** @param {string} time */
function clockOf(time) {
  const timeMs = parseTime(time);
  return timeMs === null ? '' : formatClock(timeMs).slice(0, 8);
}
