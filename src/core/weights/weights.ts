import type { Core } from '../core.ts';
import { isDrained } from '../drains/maintenance.ts';
import { expected } from '../expected.ts';
import type { Pool } from '../health/pool.ts';
import { slowShare, stopSlowStart, timeSlowStart } from '../ipvs/slow-start.ts';
import {
  baseOf,
  setDepooled,
  tableHealth,
  type IpvsServer,
  type Weight,
} from '../ipvs/ipvs-server.ts';
import { countReady, type IpvsService } from '../ipvs/ipvs-service.ts';
import { setTouchedBy, takeWeighed, takeWeighedServers, touchWaiting } from '../touch.ts';
import type { Writable } from '../writable.ts';
import { byFileOrder, intend } from './intend.ts';
import { depool } from './min-pooled.ts';

/**
 * Works out the weights of all touched servers. A weight that rises is intended at once, one that
 * falls at the end of the turn, when it is known which routes are withdrawn for it.
 */
export function weigh(core: Core, nowMs: number): void {
  for (const pool of takeWeighed(core)) weighPool(core, pool, nowMs);
}

function weighPool(core: Core, pool: Pool, nowMs: number): void {
  const service = expected(pool.ipvs, 'an IPVS entry', pool.name);
  const touched = takeWeighedServers(service);
  for (const ipvs of touched) followHealth(core, pool, ipvs);
  const { minPooledPercent } = pool.service;
  if (minPooledPercent !== null) {
    const cause = byFileOrder(touched)[0]?.touchedBy;
    for (const ipvs of depool(pool, minPooledPercent)) {
      // The recovery of another server allows it.
      if (!touched.has(ipvs)) setTouchedBy(ipvs, expected(cause, 'a cause', pool.name));
      touched.add(ipvs);
    }
  }
  const unreadyBefore = service.unready;
  for (const ipvs of byFileOrder(touched)) weighServer(core, pool, service, ipvs, nowMs);
  if (unreadyBefore > 0 && service.unready === 0) touchWaiting(core, pool);
}

/** A server that is not down is pooled; without `min_pooled` one that is down never is. */
function followHealth(core: Core, pool: Pool, ipvs: IpvsServer): void {
  const isDown = tableHealth(ipvs) === 'down';
  if (!isDown) setDepooled(ipvs, false);
  else if (pool.service.minPooledPercent === null) setDepooled(ipvs, true);
  if (isDown) stopSlowStart(core, ipvs);
}

type Weighed = Writable<IpvsServer, 'wanted' | 'cause'>;

function weighServer(
  core: Core,
  pool: Pool,
  service: IpvsService,
  ipvs: Weighed,
  nowMs: number,
): void {
  const wanted = wantedWeight(core, pool, ipvs, nowMs);
  timeSlowStart(core, ipvs, pool.service.slowStartMs, nowMs);
  if (wanted !== null && wanted !== ipvs.wanted) {
    ipvs.wanted = wanted;
    ipvs.cause = ipvs.touchedBy;
  }
  service.waiting.delete(ipvs);
  if (ipvs.wanted !== null && ipvs.wanted !== ipvs.intended) {
    const isFall = ipvs.wanted === 0 || ipvs.wanted === 'removed';
    if (isFall && mayCarry(ipvs.intended)) {
      service.waiting.add(ipvs);
      core.falling.add(pool);
    } else intend(core, pool, ipvs, nowMs);
  }
  countReady(service, ipvs);
}

/** It may have traffic: without an intent of ours the table has some weight for it. */
function mayCarry(intended: Weight | null): boolean {
  return intended !== 0 && intended !== 'removed';
}

/** `null`: no opinion, or the same as before. */
function wantedWeight(core: Core, pool: Pool, ipvs: IpvsServer, nowMs: number): Weight | null {
  const { server } = ipvs;
  if (baseOf(ipvs) === null) return null;
  // A server that is removed already is not added again for a drain.
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
      // The end of a drain restores its weight, also before there is a verdict.
      return ipvs.intended === null ? null : server.live;
    default:
      return health satisfies never;
  }
}
