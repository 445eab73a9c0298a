import type { SettleRules } from '../../model/check.ts';
import type { Observation } from '../../model/observation.ts';
import type { Health } from '../../model/turn.ts';
import { expected } from '../expected.ts';
import { addFall, reuseAtMs, type Flaps } from './damping.ts';

/**
 * How the results of one signal become health, in three layers, each fed by the one before:
 * `settled` (rise and fall), `verdict` (updelay and downdelay), and `healthOf` (damping).
 * Ten fields and no closure: a core of 20,000 of them is usual.
 */
export interface SettleState {
  readonly settled: Health;
  /** The observation that completed the run to `settled`; what delays count from. */
  readonly settledBy: Observation | null;
  readonly verdict: Health;
  /** The observation at the root of `verdict`; `null` while there was no result yet. */
  readonly cause: Observation | null;
  /** Consecutive results against `settled`: positive counts ups, negative downs. */
  readonly run: number;
  /** The observer is lost since then, and `lostHoldMs` has not passed yet. */
  readonly lost: Observation | null;
  /** The last health that was not `unknown` was `up`: the next down is a fall. */
  readonly wasUp: boolean;
  /** Since when the health is what it is, monotonic milliseconds. */
  readonly sinceMs: number;
  /** Falls since the start, and before a restart that followed at once. */
  readonly falls: number;
  /** `null` while nothing fell, and without damping. */
  readonly flaps: Flaps | null;
}

/** Without any result. */
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
 * Whether `degrade` counts it as remaining capacity: up, or held as up, or without a verdict while
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
 * True where `step` would return the same state: the one question of the hot path,
 * answered without the time. Deadlines are carried out by `carryOutDue`.
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
  const current = carryOutDue(state, observation.atMs, rules);
  if (isQuiet(current, observation)) return current;
  if (observation.state === 'lost') {
    const next = copyOf(dropPending(current));
    next.lost = observation;
    return carryOutDue(next, observation.atMs, rules);
  }
  return carryOutDue(count(current, observation, rules), observation.atMs, rules);
}

/**
 * rise and fall as HAProxy counts them: a result that agrees with the settled state clears
 * what was counted against it. The first settled state needs its rise or fall as any other.
 */
function count(state: SettleState, observation: Observation, rules: SettleRules): SettleState {
  const isUp = observation.state === 'up';
  const settled = isUp ? 'up' : 'down';
  const next = copyOf(state);
  next.run = 0;
  next.lost = null;
  if (settled === state.settled) return next;
  const run = isUp ? Math.max(state.run, 0) + 1 : Math.min(state.run, 0) - 1;
  if (Math.abs(run) < (isUp ? rules.rise : rules.fall)) {
    next.run = run;
    return next;
  }
  // Where this is the verdict already, it cancels a change that is delayed.
  next.settled = settled;
  next.settledBy = observation;
  return next;
}

/** Settles by this one result, whatever was counted. Its delay runs from then on. */
export function settleAt(state: SettleState, settledBy: Observation): SettleState {
  const next = copyOf(state);
  next.settled = settledBy.state === 'up' ? 'up' : 'down';
  next.settledBy = settledBy;
  next.run = 0;
  return next;
}

/** The earliest deadline, monotonic milliseconds; Infinity where there is none. */
export function nextDueMs(state: SettleState, rules: SettleRules): number {
  let nextMs = Infinity;
  if (state.lost !== null) nextMs = state.lost.atMs + rules.lostHoldMs;
  else if (state.settled !== state.verdict) {
    const { atMs } = expected(state.settledBy, 'a result that settled what is not the verdict');
    nextMs = atMs + (state.settled === 'up' ? rules.updelayMs : rules.downdelayMs);
  }
  if (state.flaps !== null && state.flaps.suppressed) {
    nextMs = Math.min(nextMs, reuseAtMs(state.flaps, rules.damping));
  }
  return nextMs;
}

/** Carries out every deadline up to `nowMs`, in order and as of its own time. Same object: none. */
export function carryOutDue(state: SettleState, nowMs: number, rules: SettleRules): SettleState {
  let current = state;
  for (;;) {
    const atMs = nextDueMs(current, rules);
    if (atMs > nowMs) return current;
    current = fire(current, atMs, rules);
  }
}

function fire(state: SettleState, atMs: number, rules: SettleRules): SettleState {
  const next = copyOf(state);
  const { flaps, lost } = state;
  if (flaps !== null && flaps.suppressed && reuseAtMs(flaps, rules.damping) <= atMs) {
    next.flaps = { ...flaps, suppressed: false };
  } else if (lost === null) {
    conclude(next, state.settled, state.settledBy, atMs, rules);
  } else {
    next.settled = 'unknown';
    next.lost = null;
    conclude(next, 'unknown', lost, atMs, rules);
  }
  if (healthOf(next) !== healthOf(state)) next.sinceMs = atMs;
  return next;
}

/** Makes the good results so far the first verdict. Same object: there is one, or none was good. */
export function acceptRun(state: SettleState, signal: string, atMs: number): SettleState {
  if (state.cause !== null || (state.run <= 0 && state.settled !== 'up')) return state;
  const next = copyOf(state);
  next.settled = 'up';
  // What settled it as down is not what makes it up.
  const settledBy = state.settled === 'up' ? state.settledBy : null;
  next.settledBy = settledBy ?? { signal, state: 'up', reason: '', atMs };
  next.run = 0;
  next.verdict = 'up';
  next.cause = next.settledBy;
  next.wasUp = true;
  next.sinceMs = atMs;
  return next;
}

/** Gives `next` its verdict. A fall is a change from up to what counts as down. */
function conclude(
  next: Mutable<SettleState>,
  verdict: Health,
  cause: Observation | null,
  atMs: number,
  rules: SettleRules,
): void {
  const doesCountDown = verdict === 'down' || (verdict === 'unknown' && rules.onLost === 'down');
  if (next.wasUp && doesCountDown) {
    next.falls += 1;
    if (rules.damping !== null) next.flaps = addFall(next.flaps, atMs, rules.damping);
  }
  next.verdict = verdict;
  next.cause = cause;
  next.wasUp = verdict === 'up' || (next.wasUp && !doesCountDown);
}

/**
 * Ends the run, a delay, and the hold of a lost observer. The health stays.
 * For an observer that is lost, and for results that do not count any more.
 */
export function dropPending(state: SettleState): SettleState {
  if (state.run === 0 && state.settled === state.verdict && state.lost === null) return state;
  const next = copyOf(state);
  next.settled = state.verdict;
  next.run = 0;
  next.lost = null;
  return next;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Field by field: a spread of ten fields costs ten times as much, three times in each change. */
function copyOf(state: SettleState): Mutable<SettleState> {
  return {
    settled: state.settled,
    settledBy: state.settledBy,
    verdict: state.verdict,
    cause: state.cause,
    run: state.run,
    lost: state.lost,
    wasUp: state.wasUp,
    sinceMs: state.sinceMs,
    falls: state.falls,
    flaps: state.flaps,
  };
}

/** Unknown because the observer stayed lost; another loss changes nothing. */
function hasExpired(state: SettleState): boolean {
  return state.verdict === 'unknown' && state.cause !== null && state.settled === 'unknown';
}

/** The observation since which the observer is lost; `null` where it is not. */
export function lossOf(state: SettleState): Observation | null {
  if (state.lost !== null) return state.lost;
  return state.run === 0 && hasExpired(state) ? state.cause : null;
}

/** The reason of the health, for operators; empty while up. */
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
      return expected(cause, 'a result at the root of down').reason;
    case 'unknown':
      return cause === null ? 'no result yet' : `observer lost: ${cause.reason}`;
    default:
      return state.verdict satisfies never;
  }
}
