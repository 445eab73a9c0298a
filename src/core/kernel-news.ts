import type { BaseWeight } from '../model/report.ts';
import type { Cause } from '../model/turn.ts';
import { believeServing } from './before.ts';
import { touchPool, touchTarget, touchWeight, type Core } from './core.ts';
import type { Pool, Target, Weight } from './nodes.ts';
import { countReady } from './kernel.ts';
import { touchWaiting } from './order.ts';
import { endEmptyDrains } from './route-drain.ts';

/** What sinks tell of the kernel's table and of ExaBGP. Each says whether a turn is wanted. */

/** Withdraws were handed to ExaBGP: weights of the same cause may fall. */
export function hearSent(core: Core, keys: readonly string[]): boolean {
  for (const key of keys) {
    const entry = core.graph.routes.get(key);
    // Its deadline may stay: it comes too early, which does no harm.
    if (entry?.state === 'withdrawn') entry.unsentUntilMs = Infinity;
  }
  return core.falling.size > 0;
}

/** A whole table was read: base weights, and what of ours it lacks. */
export function hearTable(
  core: Core,
  bases: ReadonlyMap<string, BaseWeight>,
  missing: ReadonlySet<string>,
  nowMs: number,
): boolean {
  const cause: Cause = { kind: 'table', atMs: nowMs };
  let isNews = false;
  for (const pool of core.graph.pools.values()) {
    if (pool.kernel === null) continue;
    if (core.kernel.isAwaited) touchPool(core, pool);
    const serving = pool.servers.filter((server) => isFoundServing(server, bases));
    believeServing(core, pool, serving);
    if (serving.length > 0) isNews = true;
    for (const server of pool.servers) {
      if (!hearServer(core, pool, server, bases.get(server.key), missing, cause)) continue;
      isNews = true;
    }
    pool.kernel.isMissing = missing.has(pool.name);
    if (touchWaiting(core, pool)) isNews = true;
  }
  isNews ||= core.kernel.isAwaited;
  core.kernel.isAwaited = false;
  if (isNews) core.work.cause ??= cause;
  return isNews;
}

/** Seen for the first time, and with a weight: whoever gave it one took it for up. */
function isFoundServing({ key, kernel }: Target, bases: ReadonlyMap<string, BaseWeight>): boolean {
  return kernel !== null && kernel.found === null && bases.get(key)?.isServing === true;
}

function hearServer(
  core: Core,
  pool: Pool,
  server: Target,
  base: BaseWeight | undefined,
  missing: ReadonlySet<string>,
  cause: Cause,
): boolean {
  const { kernel } = server;
  if (kernel === null || pool.kernel === null) return false;
  kernel.isMissing = missing.has(server.key);
  // What is there again is somebody else's work: what it weighs has to be read first.
  if (kernel.isMissing) kernel.confirmed = null;
  countReady(pool.kernel, kernel);
  const { found } = kernel;
  if (base === undefined) return false;
  if (found?.weight === base.weight && found.isDrained === base.isDrained) return false;
  kernel.found = base;
  // With a weight of the configuration's own, the table's says nothing.
  if (kernel.configured !== null) return false;
  touchTarget(core, server);
  touchWeight(core, server, cause);
  return true;
}

/** Weights were read back: announces that rely on them may follow. */
export function hearWeights(core: Core, weights: ReadonlyMap<string, Weight>): boolean {
  let isNews = false;
  for (const [key, weight] of weights) {
    const server = core.graph.targets.get(key);
    const service = server?.pool?.kernel;
    if (server?.pool === undefined || server.pool === null) continue;
    if (server.kernel === null || service === undefined || service === null) continue;
    const { unready } = service;
    server.kernel.confirmed = weight;
    countReady(service, server.kernel);
    if (unready > 0 && service.unready === 0 && touchWaiting(core, server.pool)) isNews = true;
  }
  return isNews;
}

/** Whether the table can be read at all: it decides how long announces wait. */
export function hearIpvs(core: Core, state: 'connected' | 'lost' | 'off'): boolean {
  if (core.kernel.state === state) return false;
  core.kernel.state = state;
  if (state === 'connected') core.kernel.isUnconfirmedTold = false;
  let isNews = false;
  for (const pool of core.graph.pools.values()) if (touchWaiting(core, pool)) isNews = true;
  return isNews;
}

/** Active connections of services that are watched: a drain may be over. */
export function hearConnections(
  core: Core,
  active: ReadonlyMap<string, number>,
  nowMs: number,
): boolean {
  const counted = new Set<Pool>();
  for (const [key, connections] of active) {
    const server = core.graph.targets.get(key);
    const pool = server?.pool ?? null;
    if (server === undefined || server.kernel === null || pool === null) continue;
    server.kernel.activeConnections = connections;
    if (pool.kernel === null) continue;
    if (!counted.has(pool)) pool.kernel.activeConnections = 0;
    counted.add(pool);
    pool.kernel.activeConnections += connections;
    pool.kernel.countedAtMs = nowMs;
  }
  return endEmptyDrains(core, nowMs);
}
