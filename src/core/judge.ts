import type { Cause, Health } from '../model/turn.ts';
import { healthOfRule, touchDependents, type Core } from './core.ts';
import { reasonOfPool } from './explain.ts';
import type { Pool, Target } from './graph.ts';
import { addPart, capacityPercent, poolHealth } from './pool.ts';
import {
  countedHealth,
  dropPending,
  due,
  healthOf,
  isPresent,
  nextDueMs,
  reasonOf,
  step,
  type SettleState,
} from './settle.ts';

/**
 * Brings every touched signal and service up to date. Signals come first, then services in the
 * order of `valid_when`, each in the order of the file: simultaneous observations give the same
 * result, word by word, in whatever order they came in.
 */
export function judge(core: Core, fallback: Cause, nowMs: number): void {
  const { work } = core;
  const signals = work.signals.toSorted(byOrder);
  work.signals = [];
  for (const signal of signals) judgeSignal(core, signal, nowMs);
  while (work.pools.length > 0) judgePools(core, fallback, nowMs);
}

/** In order, until one touches others: those may come before the rest, so it is sorted again. */
function judgePools(core: Core, fallback: Cause, nowMs: number): void {
  const pools = core.work.pools.toSorted(byOrder);
  core.work.pools = [];
  for (const [index, pool] of pools.entries()) {
    judgePool(core, pool, fallback, nowMs);
    if (core.work.pools.length > 0) {
      core.work.pools = [...core.work.pools, ...pools.slice(index + 1)];
      return;
    }
  }
}

function byOrder(a: { readonly order: number }, b: { readonly order: number }): number {
  return a.order - b.order;
}

function judgeSignal(core: Core, target: Target, nowMs: number): void {
  const before = target.state;
  advance(core, target, true, nowMs);
  const { state, settle, epoch } = target;
  if (state === before) return;
  const isSameHealth = countedHealth(before, settle) === countedHealth(state, settle);
  const isSameCapacity =
    isPresent(before, settle, epoch.isOver) === isPresent(state, settle, epoch.isOver);
  if (isSameHealth && isSameCapacity) return;
  touchDependents(core, target.dependents, target.key, causeOf(state, nowMs), isSameHealth);
}

function judgePool(core: Core, pool: Pool, fallback: Cause, nowMs: number): void {
  pool.isTouched = false;
  const { validWhen } = pool.service;
  const isValid = validWhen === null || healthOfRule(core, validWhen) === 'up';
  if (pool.isValid && !isValid) {
    for (const server of pool.servers) adopt(core, server, dropPending(server.state), null, nowMs);
  }
  pool.isValid = isValid;
  const capacityBefore = capacityPercent(pool.sums);
  const servers = pool.touchedServers.toSorted(byOrder);
  pool.touchedServers = [];
  const changed = servers.filter((server) => judgeServer(core, pool, server, nowMs));
  const health = poolHealth(pool.sums, pool.thresholds, pool.wasUp);
  const isSameHealth = health === pool.health;
  if (isSameHealth && capacityPercent(pool.sums) === capacityBefore) return;
  const cause = tippingCause(changed, health, nowMs) ?? fallback;
  if (!isSameHealth) changePool(core, pool, health, cause, nowMs);
  touchDependents(core, pool.dependents, pool.name, cause, isSameHealth);
}

function changePool(core: Core, pool: Pool, to: Health, cause: Cause, atMs: number): void {
  const from = pool.health;
  pool.health = to;
  pool.sinceMs = atMs;
  if (to !== 'unknown') pool.wasUp = to === 'up';
  const reason = reasonOfPool(pool, atMs);
  core.draft.changes.push({ name: pool.name, from, to, reason, atMs, cause });
}

/** True where the server's part in its pool changed. */
function judgeServer(core: Core, pool: Pool, server: Target, nowMs: number): boolean {
  const before = server.state;
  advance(core, server, pool.isValid, nowMs);
  const { state, settle, weight, epoch, dependents } = server;
  if (state === before) return false;
  const healthBefore = countedHealth(before, settle);
  const health = countedHealth(state, settle);
  const wasPresent = isPresent(before, settle, epoch.isOver);
  const isPresentNow = isPresent(state, settle, epoch.isOver);
  if (health === healthBefore && wasPresent === isPresentNow) return false;
  addPart(pool.sums, weight, healthBefore, wasPresent, -1);
  addPart(pool.sums, weight, health, isPresentNow, 1);
  const isSameHealth = health === healthBefore;
  touchDependents(core, dependents, server.key, causeOf(state, nowMs), isSameHealth);
  return true;
}

/** Applies what was seen in this instant, if it is believed, and every deadline that passed. */
function advance(core: Core, target: Target, isBelieved: boolean, nowMs: number): void {
  let { state } = target;
  const { queue, settle } = target;
  target.isTouched = false;
  target.queue = null;
  if (queue !== null && isBelieved) {
    for (const observation of queue) state = step(state, observation, settle);
  }
  adopt(core, target, due(state, nowMs, settle), null, nowMs);
}

/** Takes a new state over: its deadline, and the change if people should hear of it. */
export function adopt(
  core: Core,
  target: Target,
  state: SettleState,
  cause: Cause | null,
  atMs: number,
): void {
  const from = healthOf(target.state);
  const to = healthOf(state);
  // Unknown stays unknown, but from now on because the observer is lost: that may count as down.
  const isFirstLoss = from === to && target.state.cause === null && state.cause !== null;
  target.state = state;
  core.deadlines.set(target, nextDueMs(state, target.settle));
  if (from === to && !isFirstLoss) return;
  core.draft.changes.push({
    name: target.key,
    from,
    to,
    reason: reasonOf(state, target.settle, atMs),
    atMs,
    cause: cause ?? causeOf(state, atMs),
  });
}

function causeOf(state: SettleState, atMs: number): Cause {
  const observation = state.cause;
  // Only a reload changes health without any observation.
  return observation === null ? { kind: 'config', atMs } : { kind: 'observation', observation };
}

/** Of the servers that moved the pool this way the one seen last; then the last in the file. */
function tippingCause(changed: readonly Target[], health: Health, nowMs: number): Cause | null {
  const along = changed.filter((server) => countedHealth(server.state, server.settle) === health);
  let last: Target | null = null;
  for (const server of along.length > 0 ? along : changed) {
    if (last === null || seenAtMs(server) >= seenAtMs(last)) last = server;
  }
  return last === null ? null : causeOf(last.state, nowMs);
}

function seenAtMs(target: Target): number {
  return target.state.cause?.atMs ?? -Infinity;
}
