import type { BaseWeight } from '../../model/report.ts';
import type { Cause } from '../../model/turn.ts';
import { assumeServing } from '../health/state-at-start.ts';
import { touchPool, touchTarget, touchWeight, type Core } from '../core.ts';
import type { Pool, Target, Weight } from '../nodes.ts';
import { countReady } from './table.ts';
import { touchWaiting } from '../routes/order.ts';
import { endEmptyDrains } from '../drains/route-drain.ts';

/** What sinks tell of the kernel's table and of ExaBGP. Each says whether a turn is wanted. */

/** Withdraws were handed to ExaBGP: weights of the same cause may fall. */
export function onSent(core: Core, keys: readonly string[]): boolean {
  for (const key of keys) {
    const entry = core.graph.routes.get(key);
    // Its deadline may stay: it comes too early, which does no harm.
    if (entry?.state === 'withdrawn') entry.unsentUntilMs = Infinity;
  }
  return core.falling.size > 0;
}

/** A whole table was read: base weights, and what of ours it lacks. */
export function onTable(
  core: Core,
  bases: ReadonlyMap<string, BaseWeight>,
  missing: ReadonlySet<string>,
  nowMs: number,
): boolean {
  const cause: Cause = { kind: 'table', atMs: nowMs };
  let isNews = false;
  for (const pool of core.graph.pools.values()) {
    if (pool.ipvs === null) continue;
    if (core.ipvs.isAwaited) touchPool(core, pool);
    const serving = pool.servers.filter((server) => isFoundServing(server, bases));
    assumeServing(core, pool, serving);
    if (serving.length > 0) isNews = true;
    for (const server of pool.servers) {
      if (!onServer(core, pool, server, bases.get(server.key), missing, cause)) continue;
      isNews = true;
    }
    pool.ipvs.isMissing = missing.has(pool.name);
    if (touchWaiting(core, pool)) isNews = true;
  }
  isNews ||= core.ipvs.isAwaited;
  core.ipvs.isAwaited = false;
  if (isNews) core.work.cause ??= cause;
  return isNews;
}

/** Seen for the first time, and with a weight: whoever gave it one took it for up. */
function isFoundServing({ key, ipvs }: Target, bases: ReadonlyMap<string, BaseWeight>): boolean {
  return ipvs !== null && ipvs.found === null && bases.get(key)?.isServing === true;
}

function onServer(
  core: Core,
  pool: Pool,
  server: Target,
  base: BaseWeight | undefined,
  missing: ReadonlySet<string>,
  cause: Cause,
): boolean {
  const { ipvs } = server;
  if (ipvs === null || pool.ipvs === null) return false;
  ipvs.isMissing = missing.has(server.key);
  // What is there again is somebody else's work: what it weighs has to be read first.
  if (ipvs.isMissing) ipvs.confirmed = null;
  countReady(pool.ipvs, ipvs);
  const { found } = ipvs;
  if (base === undefined) return false;
  if (found?.weight === base.weight && found.isDrained === base.isDrained) return false;
  ipvs.found = base;
  // With a weight of the configuration's own, the table's says nothing.
  if (ipvs.configured !== null) return false;
  touchTarget(core, server);
  touchWeight(core, server, cause);
  return true;
}

/** Weights were read back: announces that rely on them may follow. */
export function onWeights(core: Core, weights: ReadonlyMap<string, Weight>): boolean {
  let isNews = false;
  for (const [key, weight] of weights) {
    const server = core.graph.targets.get(key);
    const service = server?.pool?.ipvs;
    if (server?.pool === undefined || server.pool === null) continue;
    if (server.ipvs === null || service === undefined || service === null) continue;
    const { unready } = service;
    server.ipvs.confirmed = weight;
    countReady(service, server.ipvs);
    if (unready > 0 && service.unready === 0 && touchWaiting(core, server.pool)) isNews = true;
  }
  return isNews;
}

/** Whether the table can be read at all: it decides how long announces wait. */
export function onIpvsState(core: Core, state: 'connected' | 'lost' | 'off'): boolean {
  if (core.ipvs.state === state) return false;
  core.ipvs.state = state;
  if (state === 'connected') core.ipvs.isUnconfirmedTold = false;
  let isNews = false;
  for (const pool of core.graph.pools.values()) if (touchWaiting(core, pool)) isNews = true;
  return isNews;
}

/** Active connections of services that are watched: a drain may be over. */
export function onConnections(
  core: Core,
  active: ReadonlyMap<string, number>,
  nowMs: number,
): boolean {
  const counted = new Set<Pool>();
  for (const [key, connections] of active) {
    const server = core.graph.targets.get(key);
    const pool = server?.pool ?? null;
    if (server === undefined || server.ipvs === null || pool === null) continue;
    server.ipvs.activeConnections = connections;
    if (pool.ipvs === null) continue;
    if (!counted.has(pool)) pool.ipvs.activeConnections = 0;
    counted.add(pool);
    pool.ipvs.activeConnections += connections;
    pool.ipvs.countedAtMs = nowMs;
  }
  return endEmptyDrains(core, nowMs);
}
