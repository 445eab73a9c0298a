import type { SettleRules } from '../model/check.ts';
import type { Observation } from '../model/observation.ts';
import type { Health } from '../model/turn.ts';
import { addFall, reuseAtMs, type Flaps } from './damping.ts';
import { unreachable } from './unreachable.ts';

/**
 * How the results of one signal become health, in three layers, each fed by the one before:
 * `settled` (rise and fall), `verdict` (updelay and downdelay), and `healthOf` (damping).
 * Ten fields and no closure: 20,000 of these are a normal size.
 */
export interface SettleState {
  readonly settled: Health;
  /** The observation that completed the run to `settled`. */
  readonly settledBy: Observation | null;
  readonly verdict: Health;
  /** The observation at the root of `verdict`; `null` while there was no result yet. */
  readonly cause: Observation | null;
  /** Consecutive results against `settled`: positive counts ups, negative downs. */
  readonly run: number;
  /** The observer is lost since then, and `lostHoldMs` has not passed yet. */
  readonly lost: Observation | null;
  /** The last thing known for sure was `up`: going down from here is a fall. */
  readonly wasUp: boolean;
  /** Since when the health is what it is, monotonic milliseconds. */
  readonly sinceMs: number;
  /** Falls since the start. */
  readonly falls: number;
  /** `null` while nothing fell, and without damping. */
  readonly flaps: Flaps | null;
}

/** Nothing seen yet. */
export function unsettled(nowMs: number): SettleState {
  return {
    settled: 'unknown',
    settledBy: null,
    verdict: 'unknown',
    cause: null,
    run: 0,
    lost: null,
    wasUp: false,
    sinceMs: nowMs,
    falls: 0,
    flaps: null,
  };
}

export function healthOf(state: SettleState): Health {
  return isSuppressed(state) ? 'down' : state.verdict;
}

/** What rules and pools count: with `on_lost: down`, an observer that stays lost counts as down. */
export function countedHealth(state: SettleState, rules: SettleRules): Health {
  const health = healthOf(state);
  return health === 'unknown' && state.cause !== null && rules.onLost === 'down' ? 'down' : health;
}

/**
 * Whether `degrade` counts it as remaining capacity: up, or held as up, or not judged yet while
 * the start is not over, so that a start does not announce itself as degraded.
 */
export function isPresent(state: SettleState, rules: SettleRules, isStartOver: boolean): boolean {
  const health = healthOf(state);
  if (health !== 'unknown') return health === 'up';
  if (state.cause === null) return !isStartOver;
  return rules.onLost === 'hold' && state.wasUp;
}

function isSuppressed(state: SettleState): boolean {
  return state.flaps !== null && state.flaps.suppressed;
}

/**
 * True where `step` would return the same state: the hot path's one question, answered
 * without looking at the time. Deadlines are not its business, they come by `due`.
 */
export function isQuiet(state: SettleState, observation: Observation): boolean {
  if (state.run !== 0) return false;
  if (observation.state === 'lost') return state.lost !== null || hasExpired(state);
  return observation.state === state.settled && state.lost === null;
}

/** One observation. Deadlines that passed before it are carried out first. Same object: no change. */
export function step(
  state: SettleState,
  observation: Observation,
  rules: SettleRules,
): SettleState {
  const current = due(state, observation.atMs, rules);
  if (isQuiet(current, observation)) return current;
  if (observation.state === 'lost') {
    const dropped = dropPending(current);
    return hasExpired(dropped) ? dropped : { ...dropped, lost: observation };
  }
  return due(count(current, observation, rules), observation.atMs, rules);
}

/**
 * rise and fall as HAProxy counts them: a result that agrees with the settled state clears
 * what was counted against it. The first settled state needs its rise or fall as any other.
 */
function count(state: SettleState, observation: Observation, rules: SettleRules): SettleState {
  const isUp = observation.state === 'up';
  const settled = isUp ? 'up' : 'down';
  if (settled === state.settled) return { ...state, run: 0, lost: null };
  const run = isUp ? Math.max(state.run, 0) + 1 : Math.min(state.run, 0) - 1;
  if (Math.abs(run) < (isUp ? rules.rise : rules.fall)) return { ...state, run, lost: null };
  // Back to the verdict within the delay: the change that was on its way is cancelled.
  const settledBy = settled === state.verdict ? state.cause : observation;
  return { ...state, settled, settledBy, run: 0, lost: null };
}

/** The earliest deadline, monotonic milliseconds; Infinity where there is none. */
export function nextDueMs(state: SettleState, rules: SettleRules): number {
  let nextMs = Infinity;
  if (state.lost !== null) nextMs = state.lost.atMs + rules.lostHoldMs;
  else if (state.settled !== state.verdict && state.settledBy !== null) {
    nextMs = state.settledBy.atMs + (state.settled === 'up' ? rules.updelayMs : rules.downdelayMs);
  }
  if (state.flaps !== null && state.flaps.suppressed) {
    nextMs = Math.min(nextMs, reuseAtMs(state.flaps, rules.damping));
  }
  return nextMs;
}

/** Carries out every deadline up to `nowMs`, in order and as of its own time. Same object: none. */
export function due(state: SettleState, nowMs: number, rules: SettleRules): SettleState {
  let current = state;
  for (;;) {
    const atMs = nextDueMs(current, rules);
    if (atMs > nowMs) return current;
    current = fire(current, atMs, rules);
  }
}

function fire(state: SettleState, atMs: number, rules: SettleRules): SettleState {
  const { flaps, lost } = state;
  if (flaps !== null && flaps.suppressed && reuseAtMs(flaps, rules.damping) <= atMs) {
    return since({ ...state, flaps: { ...flaps, suppressed: false } }, state, atMs);
  }
  if (lost === null) return conclude(state, state.settled, state.settledBy, atMs, rules);
  return conclude({ ...state, settled: 'unknown', lost: null }, 'unknown', lost, atMs, rules);
}

/** The verdict changes. A fall is a change from up to what counts as down. */
function conclude(
  state: SettleState,
  verdict: Health,
  cause: Observation | null,
  atMs: number,
  rules: SettleRules,
): SettleState {
  const countsDown = verdict === 'down' || (verdict === 'unknown' && rules.onLost === 'down');
  const falls = state.wasUp && countsDown;
  const next: SettleState = {
    ...state,
    verdict,
    cause,
    settledBy: cause,
    wasUp: verdict === 'up' || (state.wasUp && !countsDown),
    falls: falls ? state.falls + 1 : state.falls,
    flaps:
      falls && rules.damping !== null ? addFall(state.flaps, atMs, rules.damping) : state.flaps,
  };
  return since(next, state, atMs);
}

function since(next: SettleState, before: SettleState, atMs: number): SettleState {
  return healthOf(next) === healthOf(before) ? next : { ...next, sinceMs: atMs };
}

/**
 * Forgets what is on its way: the run, a delay, a lost observer's hold. The health stays.
 * For results that break off: the observer is lost, or its results are not believed any more.
 */
export function dropPending(state: SettleState): SettleState {
  if (state.run === 0 && state.settled === state.verdict && state.lost === null) return state;
  return { ...state, settled: state.verdict, settledBy: state.cause, run: 0, lost: null };
}

/** Unknown because the observer stayed lost; a new loss says nothing more. */
function hasExpired(state: SettleState): boolean {
  return state.verdict === 'unknown' && state.cause !== null && state.settled === 'unknown';
}

/** Why the health is what it is, in words; empty while up. */
export function reasonOf(state: SettleState, rules: SettleRules, nowMs: number): string {
  const { flaps, cause } = state;
  if (flaps !== null && flaps.suppressed) {
    const seconds = Math.max(0, Math.ceil((reuseAtMs(flaps, rules.damping) - nowMs) / 1000));
    return `suppressed after ${flaps.falls} falls, reuse in about ${seconds}s`;
  }
  switch (state.verdict) {
    case 'up':
      return '';
    case 'down':
      return cause?.reason ?? '';
    case 'unknown':
      return cause === null ? 'no result yet' : `observer lost: ${cause.reason}`;
    default:
      return unreachable(state.verdict);
  }
}
