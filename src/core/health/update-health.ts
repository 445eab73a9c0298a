import type { Observation } from '../../model/observation.ts';
import type { Cause, Health } from '../../model/turn.ts';
import type { Core } from '../core.ts';
import { startSlowly } from '../ipvs/slow-start.ts';
import { takeQueue } from '../settle/queue.ts';
import {
  countedHealth,
  dropPending,
  carryOutDue,
  isPresent,
  step,
  type SettleState,
} from '../settle/settle.ts';
import type { Target } from '../settle/target.ts';
import {
  takePools,
  takeSignals,
  takeTouchedServers,
  touchDependents,
  touchWeight,
} from '../touch.ts';
import type { Writable } from '../writable.ts';
import { applyState, causeOfState } from './apply-state.ts';
import { reasonOfPool } from './explain.ts';
import { acceptFirstRun, firstRules, resumeDelay, resumeSince } from './first-verdict.ts';
import { healthOfRule } from './lookup.ts';
import { setPoolHealth, updateThresholds, type Pool } from './pool.ts';
import { addPart, capacityPercent, poolHealth } from './quorum.ts';
import { lacksBases, takeAgentPercent, updateShare } from './share.ts';

/**
 * Updates every touched signal and service. Signals come first, then services in the order of
 * `valid_when`, each in the order of the file: simultaneous observations give the same result,
 * to the last character, in whatever order they arrived.
 */
export function updateHealth(core: Core, fallback: Cause, nowMs: number): void {
  for (const signal of takeSignals(core)) updateSignal(core, signal, nowMs);
  while (core.work.pools.length > 0) updatePools(core, fallback, nowMs);
}

/** In order, until one touches others: those may come before the rest, so it is sorted again. */
function updatePools(core: Core, fallback: Cause, nowMs: number): void {
  const pools = takePools(core);
  for (const [index, pool] of pools.entries()) {
    updatePool(core, pool, fallback, nowMs);
    if (core.work.pools.length > 0) {
      core.work.pools = [...core.work.pools, ...pools.slice(index + 1)];
      return;
    }
  }
}

function updateSignal(core: Core, target: Target, nowMs: number): void {
  const before = target.state;
  const queue = takeQueue(target);
  takeAgentPercent(target, queue);
  settleQueue(core, target, queue, nowMs);
  const { state, settle, isOverdue } = target;
  if (state === before) return;
  const isSameHealth = countedHealth(before, settle) === countedHealth(state, settle);
  const isSameCapacity =
    isPresent(before, settle, isOverdue) === isPresent(state, settle, isOverdue);
  if (isSameHealth && isSameCapacity) return;
  const cause = causeOfState(state, nowMs);
  touchDependents(core, target.dependents, target.key, cause, isSameHealth);
}

function updatePool(core: Core, pool: Pool, fallback: Cause, nowMs: number): void {
  const servers = takeTouchedServers(pool);
  updateValidity(core, pool, nowMs);
  const capacityBefore = capacityPercent(pool.sums);
  const totalBefore = pool.sums.total;
  const changes: ServerChange[] = [];
  for (const server of servers) {
    const change = updateServer(core, pool, server, fallback, nowMs);
    if (change !== null) changes.push(change);
  }
  if (pool.sums.total !== totalBefore) updateThresholds(pool);
  const health = lacksBases(core, pool)
    ? 'unknown'
    : poolHealth(pool.sums, pool.thresholds, pool.wasUp);
  const isSameHealth = health === pool.health;
  if (isSameHealth && capacityPercent(pool.sums) === capacityBefore) return;
  const cause = tippingCause(changes, health) ?? fallback;
  if (!isSameHealth) changePool(core, pool, health, cause, nowMs);
  touchDependents(core, pool.dependents, pool.name, cause, isSameHealth);
}

/** Results of the servers count only while `valid_when` is up; when that ends, runs and delays end. */
function updateValidity(core: Core, pool: Writable<Pool, 'isValid'>, nowMs: number): void {
  const { validWhen } = pool.service;
  const wasValid = pool.isValid;
  pool.isValid = validWhen === null || healthOfRule(core, validWhen) === 'up';
  if (!wasValid || pool.isValid) return;
  for (const server of pool.servers) {
    applyState(core, server, dropPending(server.state), null, nowMs);
  }
}

function changePool(core: Core, pool: Pool, to: Health, cause: Cause, atMs: number): void {
  const from = pool.health;
  setPoolHealth(pool, to, cause, atMs);
  const reason = reasonOfPool(pool, atMs);
  core.draft.changes.push({ name: pool.name, from, to, reason, atMs, cause });
}

/** A server adds something else to its service than before, and why. */
interface ServerChange {
  readonly server: Target;
  readonly cause: Cause;
}

/** `null` where it adds the same to its service as before. */
function updateServer(
  core: Core,
  pool: Pool,
  server: Target,
  fallback: Cause,
  nowMs: number,
): ServerChange | null {
  const { state: before, weight, live, settle, isOverdue } = server;
  const queue = takeQueue(server);
  const newPercent = pool.isValid ? takeAgentPercent(server, queue) : null;
  if (pool.isValid) settleQueue(core, server, queue, nowMs);
  else applyDeadlines(core, server, server.state, nowMs);
  updateShare(core, server);
  const { state } = server;
  const isSameShare = server.weight === weight && server.live === live;
  if (state === before && isSameShare) return null;
  const healthBefore = countedHealth(before, settle);
  const health = countedHealth(state, settle);
  const wasPresent = isPresent(before, settle, isOverdue);
  const isPresentNow = isPresent(state, settle, isOverdue);
  const isSameHealth = health === healthBefore;
  if (isSameHealth && isSameShare && wasPresent === isPresentNow) return null;
  addPart(pool.sums, { weight, live }, healthBefore, wasPresent, -1);
  addPart(pool.sums, server, health, isPresentNow, 1);
  const cause = causeOfServer(state, isSameHealth, newPercent, fallback, nowMs);
  touchDependents(core, server.dependents, server.key, cause, isSameHealth);
  if (healthBefore === 'down' && health === 'up' && server.ipvs !== null) {
    startSlowly(server.ipvs, pool.service.slowStartMs, nowMs);
  }
  touchWeight(core, server, cause);
  return { server, cause };
}

/** Its health, else the agent weight that changed, else the table or the drain that changed. */
function causeOfServer(
  state: SettleState,
  isSameHealth: boolean,
  newPercent: Observation | null,
  fallback: Cause,
  nowMs: number,
): Cause {
  if (!isSameHealth) return causeOfState(state, nowMs);
  return newPercent === null ? fallback : { kind: 'observation', observation: newPercent };
}

/** Settles the observations of this instant, then carries out the deadlines that passed. */
function settleQueue(
  core: Core,
  target: Target,
  queue: readonly Observation[],
  nowMs: number,
): void {
  let state = acceptFirstRun(target, nowMs);
  for (const observation of queue) {
    const rules = state.cause === null ? firstRules(target) : target.settle;
    state = step(resumeDelay(target, state, observation), observation, rules);
  }
  applyDeadlines(core, target, state, nowMs);
}

function applyDeadlines(core: Core, target: Target, state: SettleState, nowMs: number): void {
  const next = resumeSince(target, carryOutDue(state, nowMs, target.settle));
  applyState(core, target, next, null, nowMs);
}

/** Of the servers that moved the pool this way the last observed; then the last in the file. */
function tippingCause(changes: readonly ServerChange[], health: Health): Cause | null {
  const along = changes.filter(
    ({ server }) => countedHealth(server.state, server.settle) === health,
  );
  let last: ServerChange | null = null;
  for (const change of along.length > 0 ? along : changes) {
    if (last === null || observedAtMs(change.server) >= observedAtMs(last.server)) last = change;
  }
  return last === null ? null : last.cause;
}

function observedAtMs(target: Target): number {
  return target.state.cause?.atMs ?? -Infinity;
}
