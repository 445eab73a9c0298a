import type { SettleRules } from '../../model/check.ts';
import type { PendingCheckpoint } from '../../model/checkpoint.ts';
import type { Observation } from '../../model/observation.ts';
import type { Cause } from '../../model/turn.ts';
import type { Core } from '../core.ts';
import type { IpvsServer } from '../ipvs/ipvs-server.ts';
import { sinceOf } from '../settle/since.ts';
import { acceptRun, healthOf, nextDueMs, settleAt, type SettleState } from '../settle/settle.ts';
import type { StateAtStart, Target } from '../settle/target.ts';
import { touchDependents, touchWeight } from '../touch.ts';
import type { Writable } from '../writable.ts';
import { subtractPresent } from './quorum.ts';

/**
 * The first verdict of a target: by which rules it comes, what it continues of the time before a
 * restart, and how long it is waited for.
 */

/** Notes what is known of a target from before this start, and waits for it that long. */
export function setStateAtStart(
  target: Writable<Target, 'atStart'>,
  atStart: StateAtStart,
  afterMs: number,
): void {
  waitUntil(target, target.startup.startMs + afterMs + target.firstVerdictMs);
  if (target.atStart !== 'up') target.atStart = atStart;
}

function waitUntil(target: Writable<Target, 'overdueAtMs'>, atMs: number): void {
  target.overdueAtMs = Math.max(target.overdueAtMs, atMs);
}

/** No verdict yet, and the time for one has not passed. */
export function isVerdictAwaited({ state, isOverdue }: Target): boolean {
  return state.cause === null && !isOverdue;
}

function wasUpAtStart({ atStart, isOverdue }: Target): boolean {
  return atStart === 'up' && !isOverdue;
}

/** The rules of the first verdict: what was up before our start does not have to rise again. */
export function firstRules(target: Target): SettleRules {
  const { settle } = target;
  return wasUpAtStart(target) ? { ...settle, rise: 1, updelayMs: 0 } : settle;
}

/** Good results that were counted are enough once it is known that it was up before our start. */
export function acceptFirstRun(target: Target, nowMs: number): SettleState {
  return wasUpAtStart(target) ? acceptRun(target.state, target.key, nowMs) : target.state;
}

type Pending = Writable<Target, 'pending'>;

/** Sets the delay that ran before a restart. */
export function setPending(target: Pending, pending: PendingCheckpoint | null): void {
  target.pending = pending;
}

/** Continues a delay that ran before a restart, if the first result agrees with it. */
export function resumeDelay(
  target: Target,
  state: SettleState,
  observation: Observation,
): SettleState {
  const { pending } = target;
  if (pending === null || observation.state === 'lost') return state;
  setPending(target, null);
  if (pending.to !== observation.state || pending.to === state.settled) return state;
  return settleAt(state, { ...observation, atMs: pending.sinceMs });
}

/** If the first verdict is that of before a restart, it counts from then on. */
export function resumeSince({ state: before, resumed }: Target, state: SettleState): SettleState {
  if (resumed === null || before.cause !== null || state.cause === null) return state;
  return { ...state, sinceMs: sinceOf(resumed, healthOf(state), state.sinceMs) };
}

/** When its state changes next without another observation. */
export function deadlineOf(target: Target): number {
  const dueMs = nextDueMs(target.state, target.settle);
  const isWaiting = target.atStart !== 'unused' && isVerdictAwaited(target);
  return isWaiting ? Math.min(dueMs, target.overdueAtMs) : dueMs;
}

type Waiting = Writable<Target, 'waitedForRun' | 'isOverdue'>;

/**
 * A target without a verdict counts as gone when its time has passed: at the end of
 * `startup_timeout`, or later where something in place relies on it. True where that is now.
 */
export function checkOverdue(core: Core, target: Waiting, nowMs: number): boolean {
  if (!isVerdictAwaited(target)) return false;
  const { state, pool } = target;
  if (target.atStart !== 'unused' && target.overdueAtMs <= nowMs && isProgressing(target)) {
    waitUntil(target, nowMs + target.firstVerdictMs);
    target.waitedForRun = state.run;
  }
  if (target.overdueAtMs > nowMs) {
    const atMs = deadlineOf(target);
    // A target that is due now is touched already; its update sets the next deadline.
    if (atMs > nowMs) core.deadlines.set(target, atMs);
    return false;
  }
  target.isOverdue = true;
  const cause: Cause = { kind: 'startup-timeout', atMs: nowMs };
  touchDependents(core, target.dependents, target.key, cause, true);
  if (pool !== null) {
    subtractPresent(pool.sums, target.live);
    countDown(core, target, cause);
    touchDependents(core, pool.dependents, pool.name, cause, true);
  }
  return true;
}

/** Since the last wait more results were counted, or a delay runs. An observer without new results gets one wait. */
function isProgressing({ state: { run, settled }, waitedForRun }: Target): boolean {
  return (run !== 0 && run !== waitedForRun) || settled !== 'unknown';
}

/** Its weight falls as if it were down, unless its results do not count at present anyway. */
function countDown(core: Core, server: Target, cause: Cause): void {
  const { ipvs, pool, settle } = server;
  if (ipvs === null || pool?.isValid !== true || settle.onLost === 'hold') return;
  setCountDown(ipvs);
  touchWeight(core, server, cause);
}

function setCountDown(ipvs: Writable<IpvsServer, 'doesCountDown'>): void {
  ipvs.doesCountDown = true;
}
