import type { Checkpoint, RouteCheckpoint, TargetCheckpoint } from '../model/checkpoint.ts';
import type { Observation } from '../model/observation.ts';
import { assumeState, onAdopted } from './health/state-at-start.ts';
import type { Core } from './core.ts';
import { applyState } from './health/update-health.ts';
import type { Pool, RouteEntry, Target } from './nodes.ts';
import { judgeAgain } from './reload.ts';
import { unsettled, type SettleState } from './settle/settle.ts';

/**
 * What a restart must not forget: taken from one core, resumed by the next. What was down is down
 * and needs its rise. What was up is only believed: it keeps what is in place, and a first good
 * result settles it at once, but nothing is announced for it without one.
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

/** Nearly all are up and have nothing else to say: 20,000 of them must not take long. */
function takeTarget(target: Target): TargetCheckpoint | null {
  const { key, state, resumed, percent, ipvs } = target;
  const { verdict, cause, falls, flaps, wasUp } = state;
  const pending = pendingOf(target);
  // A second restart before the first result knows as much as the first did.
  const isBelieved = cause === null && target.before === 'up' && !target.isOverdue;
  if (cause === null && !isBelieved && pending === null && flaps === null) return null;
  const taken: Mutable<TargetCheckpoint> = {
    key,
    health: isBelieved ? 'up' : verdict,
    sinceMs: isBelieved && resumed !== null ? resumed.sinceMs : state.sinceMs,
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

/** Only into a core that has judged nothing yet. */
export function resume(core: Core, checkpoint: Checkpoint, nowMs: number): void {
  for (const one of checkpoint.targets) resumeTarget(core, one, nowMs);
  for (const { name, health, sinceMs, wasUp } of checkpoint.pools) {
    const pool = core.graph.pools.get(name);
    if (pool?.health !== 'unknown') continue;
    pool.wasUp = wasUp;
    pool.resumed = { to: health, sinceMs };
  }
  for (const { key, state, sinceMs } of checkpoint.routes) {
    const entry = core.graph.routes.get(key);
    if (entry?.state === 'pending') entry.resumed = { to: state, sinceMs };
  }
  if (core.budget.limit !== Infinity) core.budget.usedAtMs.unshift(...checkpoint.withdrawnAtMs);
  onAdopted(
    core,
    checkpoint.routes.filter(({ isInPlace }) => isInPlace).map(({ key }) => key),
  );
  judgeAgain(core, nowMs);
}

function resumeTarget(core: Core, from: TargetCheckpoint, nowMs: number): void {
  const target = core.graph.targets.get(from.key);
  if (target === undefined || target.state.cause !== null) return;
  target.pending = from.pending ?? null;
  target.percent = from.percent ?? target.percent;
  if (target.ipvs !== null) {
    target.ipvs.isDepooled = from.isDepooled ?? false;
    target.ipvs.slowFromMs = from.slowFromMs ?? Infinity;
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
    target.resumed = { to: 'up', sinceMs: from.sinceMs };
    assumeState(core, target, 'up', 0);
    return;
  }
  const cause: Observation = {
    signal: from.key,
    state: from.health === 'down' ? 'down' : 'lost',
    reason: from.cause.reason,
    atMs: from.cause.atMs,
  };
  const judged = { settled: from.health, verdict: from.health, settledBy: cause, cause };
  applyState(core, target, { ...state, ...judged, sinceMs: from.sinceMs }, null, nowMs);
}
