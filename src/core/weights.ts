import type { Core } from './core.ts';
import { becauseOfWeight } from './because-weight.ts';
import type { Pool, ServerInKernel, Weight } from './nodes.ts';
import { baseOf, countReady, tableHealth } from './kernel.ts';
import { isDrained } from './maintenance.ts';
import { depool } from './min-pooled.ts';
import { areWeightsHeld, touchWaiting } from './order.ts';
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
  const service = pool.kernel;
  // A reload may have taken the service out of the kernel since.
  if (service === null) return;
  const touched = new Set(service.touched);
  service.touched = [];
  service.isTouched = false;
  for (const kernel of touched) followHealth(core, pool, kernel);
  const { minPooledPercent } = pool.service;
  if (minPooledPercent !== null) {
    const cause = inFileOrder(touched)[0]?.touchedBy ?? null;
    for (const kernel of depool(pool, minPooledPercent)) {
      // Another one's recovery lets it go.
      if (!touched.has(kernel)) kernel.touchedBy = cause;
      touched.add(kernel);
    }
  }
  const unreadyBefore = service.unready;
  for (const kernel of inFileOrder(touched)) weighServer(core, pool, kernel, nowMs);
  if (unreadyBefore > 0 && service.unready === 0) touchWaiting(core, pool);
}

function inFileOrder(kernels: ReadonlySet<ServerInKernel>): readonly ServerInKernel[] {
  return [...kernels].toSorted((a, b) => a.server.order - b.server.order);
}

/** A server that is not down is pooled; without `min_pooled` one that is down never is. */
function followHealth(core: Core, pool: Pool, kernel: ServerInKernel): void {
  kernel.isTouched = false;
  const isDown = tableHealth(kernel) === 'down';
  if (!isDown) kernel.isDepooled = false;
  else if (pool.service.minPooledPercent === null) kernel.isDepooled = true;
  if (isDown) stopSlowStart(core, kernel);
}

function weighServer(core: Core, pool: Pool, kernel: ServerInKernel, nowMs: number): void {
  const service = pool.kernel;
  if (service === null) return;
  const wanted = wantedWeight(core, pool, kernel, nowMs);
  timeSlowStart(core, kernel, pool.service.slowStartMs, nowMs);
  if (wanted !== null && wanted !== kernel.wanted) {
    kernel.wanted = wanted;
    kernel.cause = kernel.touchedBy;
  }
  service.waiting.delete(kernel);
  if (kernel.wanted !== null && kernel.wanted !== kernel.intended) {
    const isFall = kernel.wanted === 0 || kernel.wanted === 'removed';
    if (isFall && isCarrying(kernel.intended)) {
      service.waiting.add(kernel);
      core.falling.add(pool);
    } else intend(core, pool, kernel, nowMs);
  }
  countReady(service, kernel);
}

/** What nobody said anything about yet has some weight in the table. */
function isCarrying(intended: Weight | null): boolean {
  return intended !== 0 && intended !== 'removed';
}

/** `null`: no opinion, or nothing new. */
function wantedWeight(
  core: Core,
  pool: Pool,
  kernel: ServerInKernel,
  nowMs: number,
): Weight | null {
  const { server } = kernel;
  if (baseOf(kernel) === null) return null;
  // Who was taken out before keeps no slot that a drain could keep.
  if (isDrained(core, server)) return kernel.wanted === 'removed' ? 'removed' : 0;
  const { slowStartMs, onDown } = pool.service;
  const health = tableHealth(kernel);
  switch (health) {
    case 'up': {
      const share = slowShare(kernel.slowFromMs, slowStartMs, nowMs);
      return server.live === 0 ? 0 : Math.max(1, Math.round(server.live * share));
    }
    case 'down':
      if (!kernel.isDepooled) return server.live;
      return onDown === 'remove' ? 'removed' : 0;
    case 'unknown':
      // A drain that ended before anybody saw the server gives back what it took.
      return kernel.intended === null ? null : server.live;
    default:
      return health satisfies never;
  }
}

/** Intends the falls that no withdraw holds back any more, in the order of the file. */
export function releaseFalls(core: Core, nowMs: number): void {
  if (core.falling.size === 0) return;
  const pools = [...core.falling].toSorted((a, b) => a.order - b.order);
  for (const pool of pools) {
    const waiting = pool.kernel?.waiting;
    if (waiting !== undefined && waiting.size > 0) {
      if (areWeightsHeld(pool)) continue;
      for (const kernel of inFileOrder(waiting)) intend(core, pool, kernel, nowMs);
      waiting.clear();
    }
    core.falling.delete(pool);
  }
}

function intend(core: Core, pool: Pool, kernel: ServerInKernel, nowMs: number): void {
  const { wanted, intended, server } = kernel;
  if (wanted === null) return;
  const { key } = server;
  const service = pool.name;
  const cause = kernel.cause ?? { kind: 'config', atMs: nowMs };
  kernel.intended = wanted;
  // What was read before this was asked for says nothing about it.
  kernel.confirmed = null;
  core.weights.set(key, { server: key, service, weight: wanted, cause });
  core.draft.changedWeights.add(key);
  const because = becauseOfWeight(core, pool, kernel, nowMs);
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
