import type { Core } from '../core.ts';
import { weightBecause } from './because-weight.ts';
import type { Pool, TableServer, Weight } from '../nodes.ts';
import { baseOf, countReady, tableHealth } from './table.ts';
import { isDrained } from '../drains/maintenance.ts';
import { depool } from './min-pooled.ts';
import { areWeightsHeld, touchWaiting } from '../routes/order.ts';
import { slowShare, stopSlowStart, timeSlowStart } from './slow-start.ts';

/**
 * Works out what the weights of all touched servers should be. What rises is intended at once;
 * what falls is so at the end of the turn, when it is known which routes are withdrawn for it.
 */
export function weigh(core: Core, nowMs: number): void {
  const pools = core.work.weighed.toSorted((a, b) => a.order - b.order);
  core.work.weighed = [];
  for (const pool of pools) weighPool(core, pool, nowMs);
}

function weighPool(core: Core, pool: Pool, nowMs: number): void {
  const service = pool.ipvs;
  // A reload may have taken the service out of the kernel since.
  if (service === null) return;
  const touched = new Set(service.touched);
  service.touched = [];
  service.isTouched = false;
  for (const ipvs of touched) followHealth(core, pool, ipvs);
  const { minPooledPercent } = pool.service;
  if (minPooledPercent !== null) {
    const cause = inFileOrder(touched)[0]?.touchedBy ?? null;
    for (const ipvs of depool(pool, minPooledPercent)) {
      // Another one's recovery lets it go.
      if (!touched.has(ipvs)) ipvs.touchedBy = cause;
      touched.add(ipvs);
    }
  }
  const unreadyBefore = service.unready;
  for (const ipvs of inFileOrder(touched)) weighServer(core, pool, ipvs, nowMs);
  if (unreadyBefore > 0 && service.unready === 0) touchWaiting(core, pool);
}

function inFileOrder(kernels: ReadonlySet<TableServer>): readonly TableServer[] {
  return [...kernels].toSorted((a, b) => a.server.order - b.server.order);
}

/** A server that is not down is pooled; without `min_pooled` one that is down never is. */
function followHealth(core: Core, pool: Pool, ipvs: TableServer): void {
  ipvs.isTouched = false;
  const isDown = tableHealth(ipvs) === 'down';
  if (!isDown) ipvs.isDepooled = false;
  else if (pool.service.minPooledPercent === null) ipvs.isDepooled = true;
  if (isDown) stopSlowStart(core, ipvs);
}

function weighServer(core: Core, pool: Pool, ipvs: TableServer, nowMs: number): void {
  const service = pool.ipvs;
  if (service === null) return;
  const wanted = wantedWeight(core, pool, ipvs, nowMs);
  timeSlowStart(core, ipvs, pool.service.slowStartMs, nowMs);
  if (wanted !== null && wanted !== ipvs.wanted) {
    ipvs.wanted = wanted;
    ipvs.cause = ipvs.touchedBy;
  }
  service.waiting.delete(ipvs);
  if (ipvs.wanted !== null && ipvs.wanted !== ipvs.intended) {
    const isFall = ipvs.wanted === 0 || ipvs.wanted === 'removed';
    if (isFall && isCarrying(ipvs.intended)) {
      service.waiting.add(ipvs);
      core.falling.add(pool);
    } else intend(core, pool, ipvs, nowMs);
  }
  countReady(service, ipvs);
}

/** What nobody said anything about yet has some weight in the table. */
function isCarrying(intended: Weight | null): boolean {
  return intended !== 0 && intended !== 'removed';
}

/** `null`: no opinion, or nothing new. */
function wantedWeight(core: Core, pool: Pool, ipvs: TableServer, nowMs: number): Weight | null {
  const { server } = ipvs;
  if (baseOf(ipvs) === null) return null;
  // Who was taken out before keeps no slot that a drain could keep.
  if (isDrained(core, server)) return ipvs.wanted === 'removed' ? 'removed' : 0;
  const { slowStartMs, onDown } = pool.service;
  const health = tableHealth(ipvs);
  switch (health) {
    case 'up': {
      const share = slowShare(ipvs.slowFromMs, slowStartMs, nowMs);
      return server.live === 0 ? 0 : Math.max(1, Math.round(server.live * share));
    }
    case 'down':
      if (!ipvs.isDepooled) return server.live;
      return onDown === 'remove' ? 'removed' : 0;
    case 'unknown':
      // A drain that ended before anybody saw the server gives back what it took.
      return ipvs.intended === null ? null : server.live;
    default:
      return health satisfies never;
  }
}

/** Intends the falls that no withdraw holds back any more, in the order of the file. */
export function releaseFalls(core: Core, nowMs: number): void {
  if (core.falling.size === 0) return;
  const pools = [...core.falling].toSorted((a, b) => a.order - b.order);
  for (const pool of pools) {
    const waiting = pool.ipvs?.waiting;
    if (waiting !== undefined && waiting.size > 0) {
      if (areWeightsHeld(pool)) continue;
      for (const ipvs of inFileOrder(waiting)) intend(core, pool, ipvs, nowMs);
      waiting.clear();
    }
    core.falling.delete(pool);
  }
}

function intend(core: Core, pool: Pool, ipvs: TableServer, nowMs: number): void {
  const { wanted, intended, server } = ipvs;
  if (wanted === null) return;
  const { key } = server;
  const service = pool.name;
  const cause = ipvs.cause ?? { kind: 'config', atMs: nowMs };
  ipvs.intended = wanted;
  // What was read before this was asked for says nothing about it.
  ipvs.confirmed = null;
  core.weights.set(key, { server: key, service, weight: wanted, cause });
  core.draft.changedWeights.add(key);
  const because = weightBecause(core, pool, ipvs, nowMs);
  core.draft.weightDecisions.push({
    server: key,
    service,
    from: intended,
    to: wanted,
    because,
    atMs: nowMs,
    cause,
  });
}
