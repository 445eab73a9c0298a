import type { SettleRules } from '../../model/check.ts';
import type { Observation } from '../../model/observation.ts';
import type { Rule } from '../../model/rule.ts';
import type { Cause } from '../../model/turn.ts';
import { touchDependents, touchRoute, touchTarget, touchWeight, type Core } from '../core.ts';
import { sinceOf, type StateAtStart, type Pool, type Target } from '../nodes.ts';
import { namesOf } from './rule.ts';
import { acceptRun, healthOf, nextDueMs, settleAt, type SettleState } from '../settle/settle.ts';

/**
 * What a start finds in place was decided by somebody who knew. It stays until its rule is known
 * to be down, or until its observers had the time that they need. A first good result of what
 * must have been up settles at once; nothing is taken for up without one.
 */

/** A sink found these routes in place. True where a turn is wanted. */
export function onAdopted(core: Core, keys: readonly string[]): boolean {
  let isNews = false;
  for (const key of keys) {
    const entry = core.graph.routes.get(key);
    if (entry?.state !== 'pending' || entry.isAdopted) continue;
    entry.isAdopted = true;
    believeRule(core, entry.route.when, 'up', 0, new Set());
    touchRoute(core, entry);
    isNews = true;
  }
  return isNews;
}

/**
 * Behind a negation nothing follows of the names, but they are waited for. `afterMs`: what
 * has to be judged first; results of a service count only while its `valid_when` is up.
 */
function believeRule(
  core: Core,
  rule: Rule,
  before: StateAtStart,
  afterMs: number,
  seen: ReadonlySet<string>,
): number {
  switch (rule.kind) {
    case 'name':
      return believeName(core, rule.name, before, afterMs, seen);
    case 'not':
      return believeRule(core, rule.rule, 'named', afterMs, seen);
    case 'all':
    case 'any':
    case 'at_least':
      return Math.max(0, ...rule.of.map((one) => believeRule(core, one, before, afterMs, seen)));
    default:
      return rule satisfies never;
  }
}

/** How long it may take until it is judged, of what it depends on the slowest. */
function believeName(
  core: Core,
  name: string,
  before: StateAtStart,
  afterMs: number,
  seen: ReadonlySet<string>,
): number {
  const target = core.graph.targets.get(name);
  const pool = core.graph.pools.get(name) ?? target?.pool ?? null;
  let waitMs = afterMs;
  // The configuration has no circles; one must not spin.
  if (pool !== null && !seen.has(pool.name)) {
    const validWhen = pool.service.validWhen;
    const inside = new Set(seen).add(pool.name);
    if (validWhen !== null) waitMs += believeRule(core, validWhen, before, 0, inside);
    // What is left of a quorum is measured as before: hysteresis outlives a start.
    const isService = pool.name === name && before === 'up';
    if (isService && pool.health === 'unknown') pool.wasUp = true;
  }
  const targets = target !== undefined ? [target] : (pool?.servers ?? []);
  let verdictMs = 0;
  for (const one of targets) {
    verdictMs = Math.max(verdictMs, one.firstVerdictMs);
    assumeState(core, one, before, waitMs);
  }
  return waitMs + verdictMs;
}

/** Takes a target for what it was before this start, where nothing was judged since. */
export function assumeState(
  core: Core,
  target: Target,
  before: StateAtStart,
  afterMs: number,
): void {
  if (target.state.cause !== null || target.isOverdue) return;
  const atMs = target.epoch.startMs + afterMs + target.firstVerdictMs;
  target.overdueAtMs = Math.max(target.overdueAtMs, atMs);
  if (target.before !== 'up') target.before = before;
  touchTarget(core, target);
}

/** A server that the table gave a weight was up; what its results wait for may not have been. */
export function assumeServing(core: Core, pool: Pool, servers: readonly Target[]): void {
  const { validWhen } = pool.service;
  if (servers.length === 0) return;
  const seen = new Set([pool.name]);
  const afterMs = validWhen === null ? 0 : believeRule(core, validWhen, 'named', 0, seen);
  for (const server of servers) assumeState(core, server, 'up', afterMs);
}

/** Something is in place because of this rule, and of its names not all could be judged yet. */
export function isAwaited(core: Core, rule: Rule, seen: ReadonlySet<string> = new Set()): boolean {
  return namesOf(rule).some((name) => {
    const target = core.graph.targets.get(name);
    const pool = core.graph.pools.get(name) ?? target?.pool ?? null;
    const targets = target === undefined ? (pool?.servers ?? []) : [target];
    if (targets.some((one) => one.state.cause === null && !one.isOverdue)) return true;
    if (pool === null || pool.service.validWhen === null || seen.has(pool.name)) return false;
    return isAwaited(core, pool.service.validWhen, new Set(seen).add(pool.name));
  });
}

/** How it is judged for the first time: what was up before our start need not rise again. */
export function firstRules({ before, isOverdue, settle }: Target): SettleRules {
  return before === 'up' && !isOverdue ? { ...settle, rise: 1, updelayMs: 0 } : settle;
}

/** A good run that was being counted is enough once it is known that it was up before. */
export function recalled({ before, isOverdue, state, key }: Target, nowMs: number): SettleState {
  return before === 'up' && !isOverdue ? acceptRun(state, key, nowMs) : state;
}

/** A delay that ran before a restart goes on where the first result agrees with it. */
export function resumeDelay(
  target: Target,
  state: SettleState,
  observation: Observation,
): SettleState {
  const { pending } = target;
  if (pending === null || observation.state === 'lost') return state;
  target.pending = null;
  if (pending.to !== observation.state || pending.to === state.settled) return state;
  return settleAt(state, { ...observation, atMs: pending.sinceMs });
}

/** What is up again as before a restart is so since then. */
export function resumeSince({ state: before, resumed }: Target, state: SettleState): SettleState {
  if (resumed === null || before.cause !== null || state.cause === null) return state;
  return { ...state, sinceMs: sinceOf(resumed, healthOf(state), state.sinceMs) };
}

/** The next time that something comes of it by itself. */
export function deadlineOf(target: Target): number {
  const { state, settle, before, isOverdue, overdueAtMs } = target;
  const dueMs = nextDueMs(state, settle);
  const isWaiting = before !== 'nothing' && state.cause === null && !isOverdue;
  return isWaiting ? Math.min(dueMs, overdueAtMs) : dueMs;
}

/**
 * What was never judged counts as gone when its time has passed: at the end of
 * `startup_timeout`, or later where something in place relies on it. True where that is now.
 */
export function passTime(core: Core, target: Target, nowMs: number): boolean {
  const { state, pool, before } = target;
  if (state.cause !== null || target.isOverdue) return false;
  if (before !== 'nothing' && target.overdueAtMs <= nowMs && isComing(target)) {
    target.overdueAtMs = nowMs + target.firstVerdictMs;
    target.waitedForRun = state.run;
  }
  if (target.overdueAtMs > nowMs) {
    const atMs = deadlineOf(target);
    // What is due now was touched already, and is timed again once it is judged.
    if (atMs > nowMs) core.deadlines.set(target, atMs);
    return false;
  }
  target.isOverdue = true;
  const cause: Cause = { kind: 'startup-timeout', atMs: nowMs };
  touchDependents(core, target.dependents, target.key, cause, true);
  if (pool !== null) {
    pool.sums.present -= target.live;
    countDown(core, target, cause);
    touchDependents(core, pool.dependents, pool.name, cause, true);
  }
  return true;
}

/**
 * More results were counted since the last wait, or a delay runs: it is not the clock that
 * decides. An observer that has fallen silent is waited for once and not for ever.
 */
function isComing({ state: { run, settled }, waitedForRun }: Target): boolean {
  return (run !== 0 && run !== waitedForRun) || settled !== 'unknown';
}

/** A server that nobody judged counts as down, unless its results are not believed anyway. */
function countDown(core: Core, server: Target, cause: Cause): void {
  const { ipvs, pool, settle } = server;
  if (ipvs === null || pool?.isValid !== true || settle.onLost === 'hold') return;
  ipvs.countsDown = true;
  touchWeight(core, server, cause);
}
