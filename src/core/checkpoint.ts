import type { Checkpoint, RouteCheckpoint, TargetCheckpoint } from '../model/checkpoint.ts';
import type { Observation } from '../model/observation.ts';
import type { Core } from './core.ts';
import { applyState } from './health/apply-state.ts';
import { assumeTarget } from './health/assumed-state.ts';
import { setPending } from './health/first-verdict.ts';
import { resumePool, type Pool } from './health/pool.ts';
import { setAgentPercent } from './health/share.ts';
import { resumeSlowStart } from './ipvs/slow-start.ts';
import { setDepooled } from './ipvs/ipvs-server.ts';
import { touchAll } from './reload.ts';
import { onAdopted } from './routes/adopted.ts';
import type { RouteEntry } from './routes/entry.ts';
import { resumeRoute } from './routes/route-intent.ts';
import { unsettled, type SettleState } from './settle/settle.ts';
import type { Target } from './settle/target.ts';
import type { Writable } from './writable.ts';

/**
 * What a restart must not forget: taken from one core, resumed by the next. A target that was down
 * is down and needs its rise. One that was up is assumed to be up: that keeps routes in place, and
 * a first good result settles it at once, but no route is announced for it without one.
 */
export function takeCheckpoint(core: Core): Checkpoint {
  const { targets, pools, routes } = core.graph;
  return {
    targets: takeTargets(targets.values()),
    pools: [...pools.values()].map(takePool),
    routes: [...routes.values()].map(takeRoute),
    withdrawnAtMs: [...core.budget.usedAtMs],
  };
}

function takeTargets(targets: Iterable<Target>): readonly TargetCheckpoint[] {
  const taken: TargetCheckpoint[] = [];
  for (const target of targets) {
    const one = takeTarget(target);
    if (one !== null) taken.push(one);
  }
  return taken;
}

/** `null` for nearly all targets: they are up, and the default holds. 20,000 must not take long. */
function takeTarget(target: Target): TargetCheckpoint | null {
  const { key, state, resumed, percent, ipvs } = target;
  const { verdict, cause, falls, flaps, wasUp } = state;
  const pending = pendingOf(target);
  // A second restart before the first result knows as much as the first did.
  const isAssumedUp = cause === null && target.atStart === 'up' && !target.isOverdue;
  if (cause === null && !isAssumedUp && pending === null && flaps === null) return null;
  const taken: Mutable<TargetCheckpoint> = {
    key,
    health: isAssumedUp ? 'up' : verdict,
    sinceMs: isAssumedUp && resumed !== null ? resumed.sinceMs : state.sinceMs,
  };
  if (cause !== null && verdict !== 'up') taken.cause = { reason: cause.reason, atMs: cause.atMs };
  if (pending !== null) taken.pending = pending;
  if (wasUp) taken.wasUp = true;
  if (falls > 0) taken.falls = falls;
  if (flaps !== null) taken.flaps = flaps;
  if (percent !== 100) taken.percent = percent;
  if (ipvs?.isDepooled === true) taken.isDepooled = true;
  if (ipvs !== null && ipvs.slowFromMs !== Infinity) taken.slowFromMs = ipvs.slowFromMs;
  return taken;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function pendingOf({ state, pending }: Target): Target['pending'] {
  const { settled, settledBy, verdict } = state;
  if (settled === verdict || settled === 'unknown' || settledBy === null) return pending;
  return { to: settled, sinceMs: settledBy.atMs };
}

function takePool({ name, health, sinceMs, wasUp, resumed }: Pool): Checkpoint['pools'][number] {
  const known = health === 'unknown' && resumed !== null ? resumed : { to: health, sinceMs };
  return { name, health: known.to, sinceMs: known.sinceMs, wasUp };
}

function takeRoute(entry: RouteEntry): RouteCheckpoint {
  const { state, sinceMs, resumed } = entry;
  const known = state === 'pending' && resumed !== null ? resumed : { to: state, sinceMs };
  return {
    key: entry.route.key,
    state: known.to,
    sinceMs: known.sinceMs,
    isInPlace: entry.attributes !== null || entry.isAdopted,
  };
}

/** Only for a core that has no observations yet. */
export function resume(core: Core, checkpoint: Checkpoint, nowMs: number): void {
  for (const one of checkpoint.targets) resumeTarget(core, one, nowMs);
  for (const { name, health, sinceMs, wasUp } of checkpoint.pools) {
    const pool = core.graph.pools.get(name);
    if (pool !== undefined) resumePool(pool, wasUp, { to: health, sinceMs });
  }
  for (const { key, state, sinceMs } of checkpoint.routes) {
    const entry = core.graph.routes.get(key);
    if (entry !== undefined) resumeRoute(entry, { to: state, sinceMs });
  }
  if (core.budget.limit !== Infinity) core.budget.usedAtMs.unshift(...checkpoint.withdrawnAtMs);
  onAdopted(
    core,
    checkpoint.routes.filter(({ isInPlace }) => isInPlace).map(({ key }) => key),
  );
  touchAll(core, nowMs);
}

function resumeTarget(core: Core, from: TargetCheckpoint, nowMs: number): void {
  const target = core.graph.targets.get(from.key);
  if (target === undefined || target.state.cause !== null) return;
  setPending(target, from.pending ?? null);
  if (from.percent !== undefined) setAgentPercent(target, from.percent);
  if (target.ipvs !== null) {
    setDepooled(target.ipvs, from.isDepooled ?? false);
    resumeSlowStart(target.ipvs, from.slowFromMs ?? Infinity);
  }
  const state: SettleState = {
    ...unsettled(nowMs),
    wasUp: from.wasUp ?? false,
    falls: from.falls ?? 0,
    flaps: target.settle.damping === null ? null : (from.flaps ?? null),
  };
  if (from.cause === undefined) {
    applyState(core, target, state, { kind: 'config', atMs: nowMs }, nowMs);
    if (from.health !== 'up') return;
    resumeUp(target, from.sinceMs);
    assumeTarget(core, target, 'up', 0);
    return;
  }
  const cause: Observation = {
    signal: from.key,
    state: from.health === 'down' ? 'down' : 'lost',
    reason: from.cause.reason,
    atMs: from.cause.atMs,
  };
  const verdict = { settled: from.health, verdict: from.health, settledBy: cause, cause };
  applyState(core, target, { ...state, ...verdict, sinceMs: from.sinceMs }, null, nowMs);
}

/** Its first verdict counts from then on, if it is up again. */
function resumeUp(target: Writable<Target, 'resumed'>, sinceMs: number): void {
  target.resumed = { to: 'up', sinceMs };
}
