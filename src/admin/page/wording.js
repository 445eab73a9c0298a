/**
 * The words for a cause, an owner and a duration: the page, the commands and the log all take
 * them from here. Plain JavaScript without imports, because a browser loads it as it is.
 */

/** @typedef {import('../../protocol/api.ts').ApiCauseFacts} ApiCauseFacts */
/** @typedef {Extract<ApiCauseFacts, { kind: 'drain' }>} DrainCause */

const secondMs = 1000;
const minuteSeconds = 60;
const hourSeconds = 60 * minuteSeconds;
const daySeconds = 24 * hourSeconds;

/** How much of a latency a reader compares: three digits. */
const oneDigitMs = 10;
const noDigitMs = 100;

/**
 * The root of a change, without its time: `web/10.0.1.11:443 was observed down: refused`.
 *
 * @param {ApiCauseFacts} cause
 * @returns {string}
 */
export function causeText(cause) {
  switch (cause.kind) {
    case 'observation':
      return observationText(cause);
    case 'drain':
      return `maintenance of ${cause.name} ${changeText(cause.change)} (${whoAndWhy(cause)})`;
    case 'startup-timeout':
      return 'startup_timeout ended, and unknown began to count as down';
    case 'budget':
      return 'max_withdraw allowed one more withdraw';
    case 'config':
      return 'the configuration was read';
    case 'table':
      return 'the IPVS table was read';
    case 'stop':
      return 'the daemon was asked to stop';
    default:
      return /** @satisfies {never} */ (cause);
  }
}

/**
 * `web/10.0.1.11:443 was observed down: refused`.
 *
 * @param {{ readonly signal: string, readonly state: string, readonly reason: string }} observation
 */
export function observationText({ signal, state, reason }) {
  const words = state === 'lost' ? 'could not be observed' : `was observed ${state}`;
  return `${signal} ${words}${reason === '' ? '' : `: ${reason}`}`;
}

/**
 * `root (uid 0) on behalf of alice`.
 *
 * @param {{ readonly owner: string, readonly on_behalf_of: string | null }} drain
 */
export function drainOwnerText({ owner, on_behalf_of: behalf }) {
  return behalf === null ? owner : `${owner} on behalf of ${behalf}`;
}

/** @param {DrainCause['change']} change */
function changeText(change) {
  switch (change) {
    case 'begun':
      return 'began';
    case 'ended':
      return 'was ended';
    case 'expired':
      return 'expired';
    default:
      return /** @satisfies {never} */ (change);
  }
}

/** @param {DrainCause} cause */
function whoAndWhy(cause) {
  const owner = drainOwnerText(cause);
  return cause.reason === '' ? owner : `${owner}: ${cause.reason}`;
}

/**
 * `42 s`, `12 min 5 s`, `3 h 4 min`, `3 d 4 h`: two units, the smaller ones do not matter any
 * more. A negative duration, of two clocks that differ, is `0 s`.
 *
 * @param {number} ms
 * @returns {string}
 */
export function elapsedText(ms) {
  const seconds = Math.max(0, Math.floor(ms / secondMs));
  if (seconds < minuteSeconds) return `${seconds} s`;
  if (seconds < hourSeconds) return twoUnits(seconds, minuteSeconds, 'min', 1, 's');
  if (seconds < daySeconds) return twoUnits(seconds, hourSeconds, 'h', minuteSeconds, 'min');
  return twoUnits(seconds, daySeconds, 'd', hourSeconds, 'h');
}

/**
 * @param {number} seconds
 * @param {number} largeSeconds
 * @param {string} large
 * @param {number} smallSeconds
 * @param {string} small
 */
function twoUnits(seconds, largeSeconds, large, smallSeconds, small) {
  const rest = Math.floor((seconds % largeSeconds) / smallSeconds);
  const first = `${Math.floor(seconds / largeSeconds)} ${large}`;
  return rest === 0 ? first : `${first} ${rest} ${small}`;
}

/**
 * A latency or a reaction time: `0.42 ms`, `12.3 ms`, `120 ms`, `1.50 s`.
 *
 * @param {number} ms
 * @returns {string}
 */
export function latencyText(ms) {
  if (ms >= secondMs) return `${(ms / secondMs).toFixed(2)} s`;
  if (ms >= noDigitMs) return `${ms.toFixed(0)} ms`;
  return `${ms.toFixed(ms >= oneDigitMs ? 1 : 2)} ms`;
}
