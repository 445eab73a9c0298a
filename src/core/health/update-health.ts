import type { Observation } from '../../model/observation.ts';
import type { Cause, Health } from '../../model/turn.ts';
import { deadlineOf, firstRules, recalled, resumeDelay, resumeSince } from './state-at-start.ts';
import { healthOfRule, touchDependents, touchWeight, type Core } from '../core.ts';
import { reasonOfPool } from './explain.ts';
import { sinceOf, type Pool, type Target } from '../nodes.ts';
import { noticeLoss } from '../settle/loss.ts';
import { addPart, capacityPercent, poolHealth, thresholdsOf } from './pool.ts';
import { takeAgentPercent, lacksBases, share } from '../weights/share.ts';
import { startSlowly } from '../weights/slow-start.ts';
import {
  countedHealth,
  dropPending,
  due,
  healthOf,
  isPresent,
  reasonOf,
  step,
  type SettleState,
} from '../settle/settle.ts';

/**
 * Brings every touched signal and service up to date. Signals come first, then services in the
 * order of `valid_when`, each in the order of the file: simultaneous observations give the same
 * result, word by word, in whatever order they came in.
 */
export function updateHealth(core: Core, fallback: Cause, nowMs: number): void {
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
  takeAgentPercent(target);
  advance(core, target, true, nowMs);
  const { state, settle, isOverdue } = target;
  if (state === before) return;
  const isSameHealth = countedHealth(before, settle) === countedHealth(state, settle);
  const isSameCapacity =
    isPresent(before, settle, isOverdue) === isPresent(state, settle, isOverdue);
  if (isSameHealth && isSameCapacity) return;
  touchDependents(core, target.dependents, target.key, causeOf(state, nowMs), isSameHealth);
}

function judgePool(core: Core, pool: Pool, fallback: Cause, nowMs: number): void {
  pool.isTouched = false;
  const { validWhen } = pool.service;
  const isValid = validWhen === null || healthOfRule(core, validWhen) === 'up';
  const wasValid = pool.isValid;
  pool.isValid = isValid;
  if (wasValid && !isValid) {
    for (const server of pool.servers)
      applyState(core, server, dropPending(server.state), null, nowMs);
  }
  const capacityBefore = capacityPercent(pool.sums);
  const servers = pool.touchedServers.toSorted(byOrder);
  pool.touchedServers = [];
  const totalBefore = pool.sums.total;
  const changes: ServerChange[] = [];
  for (const server of servers) {
    const change = judgeServer(core, pool, server, fallback, nowMs);
    if (change !== null) changes.push(change);
  }
  if (pool.sums.total !== totalBefore)
    pool.thresholds = thresholdsOf(pool.service, pool.sums.total);
  const health = lacksBases(core, pool)
    ? 'unknown'
    : poolHealth(pool.sums, pool.thresholds, pool.wasUp);
  const isSameHealth = health === pool.health;
  if (isSameHealth && capacityPercent(pool.sums) === capacityBefore) return;
  const cause = tippingCause(changes, health) ?? fallback;
  if (!isSameHealth) changePool(core, pool, health, cause, nowMs);
  touchDependents(core, pool.dependents, pool.name, cause, isSameHealth);
}

function changePool(core: Core, pool: Pool, to: Health, cause: Cause, atMs: number): void {
  const from = pool.health;
  pool.health = to;
  pool.sinceMs = sinceOf(pool.resumed, to, atMs);
  if (to !== 'unknown') pool.resumed = null;
  pool.cause = cause;
  if (to !== 'unknown') pool.wasUp = to === 'up';
  const reason = reasonOfPool(pool, atMs);
  core.draft.changes.push({ name: pool.name, from, to, reason, atMs, cause });
}

/** A server's part in its pool changed, and why. */
interface ServerChange {
  readonly server: Target;
  readonly cause: Cause;
}

/** `null` where its part in its pool is as it was. */
function judgeServer(
  core: Core,
  pool: Pool,
  server: Target,
  fallback: Cause,
  nowMs: number,
): ServerChange | null {
  const { state: before, weight, live, settle, isOverdue } = server;
  const word = pool.isValid ? takeAgentPercent(server) : null;
  advance(core, server, pool.isValid, nowMs);
  share(core, server);
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
  const cause = causeOfServer(state, isSameHealth, word, fallback, nowMs);
  touchDependents(core, server.dependents, server.key, cause, isSameHealth);
  if (healthBefore === 'down' && health === 'up' && server.ipvs !== null) {
    startSlowly(server.ipvs, pool.service.slowStartMs, nowMs);
  }
  touchWeight(core, server, cause);
  return { server, cause };
}

/** Its health, else what it said of itself, else what others did to it: a table, a drain. */
function causeOfServer(
  state: SettleState,
  isSameHealth: boolean,
  word: Observation | null,
  fallback: Cause,
  nowMs: number,
): Cause {
  if (!isSameHealth) return causeOf(state, nowMs);
  return word === null ? fallback : { kind: 'observation', observation: word };
}

/** Applies what was seen in this instant, if it is believed, and every deadline that passed. */
function advance(core: Core, target: Target, isBelieved: boolean, nowMs: number): void {
  const { queue, settle } = target;
  let state = isBelieved ? recalled(target, nowMs) : target.state;
  target.isTouched = false;
  target.queue = null;
  if (queue !== null && isBelieved) {
    for (const observation of queue) {
      const rules = state.cause === null ? firstRules(target) : settle;
      state = step(resumeDelay(target, state, observation), observation, rules);
    }
  }
  applyState(core, target, resumeSince(target, due(state, nowMs, settle)), null, nowMs);
}

/** Takes a new state over: its deadline, and the change if people should hear of it. */
export function applyState(
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
  const before = target.state;
  target.state = state;
  core.deadlines.set(target, deadlineOf(target));
  noticeLoss(core, target, before, atMs);
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
function tippingCause(changes: readonly ServerChange[], health: Health): Cause | null {
  const along = changes.filter(
    ({ server }) => countedHealth(server.state, server.settle) === health,
  );
  let last: ServerChange | null = null;
  for (const change of along.length > 0 ? along : changes) {
    if (last === null || seenAtMs(change.server) >= seenAtMs(last.server)) last = change;
  }
  return last === null ? null : last.cause;
}

function seenAtMs(target: Target): number {
  return target.state.cause?.atMs ?? -Infinity;
}
