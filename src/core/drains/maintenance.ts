import { ownerText, type Drain } from '../../model/drain.ts';
import type { Cause } from '../../model/turn.ts';
import {
  healthOfName,
  healthOfRule,
  touchRoute,
  touchTarget,
  touchWeight,
  type Core,
} from '../core.ts';
import { poolsOf } from '../graph.ts';
import type { Maintenance, RouteEntry, Target } from '../nodes.ts';
import { isFoundDrained } from '../weights/table.ts';
import { evaluate } from '../health/rule.ts';

/** The name that stands for every route of this node. */
export const NODE = 'node';

/** Puts a drain in force, in the place of an older one of that name; `null` where it is over already. */
export function beginDrain(core: Core, drain: Drain, nowMs: number): Cause | null {
  if (drain.untilMs !== null && drain.untilMs <= nowMs) return null;
  const before = core.drains.get(drain.name);
  if (before !== undefined) core.deadlines.set(before, Infinity);
  const maintenance: Maintenance = { kind: 'maintenance', drain, slot: -1 };
  core.drains.set(drain.name, maintenance);
  core.deadlines.set(maintenance, drain.untilMs ?? Infinity);
  const cause: Cause = { kind: 'drain', change: 'begun', drain, atMs: nowMs };
  touchDrained(core, drain.name, cause);
  return cause;
}

/** Takes a drain away, and gives back what it took; `null` where there is none. */
export function endDrain(
  core: Core,
  name: string,
  change: 'ended' | 'expired',
  nowMs: number,
): Cause | null {
  const maintenance = core.drains.get(name);
  if (maintenance === undefined) return null;
  core.deadlines.set(maintenance, Infinity);
  core.drains.delete(name);
  const pool = core.graph.pools.get(name);
  if (pool !== undefined) pool.isEmptied = false;
  const cause: Cause = { kind: 'drain', change, drain: maintenance.drain, atMs: nowMs };
  touchDrained(core, name, cause);
  return cause;
}

function touchDrained(core: Core, name: string, cause: Cause): void {
  const { graph } = core;
  const entry = graph.routes.get(name);
  if (entry !== undefined) touchRoute(core, entry);
  if (name === NODE) for (const one of graph.routes.values()) touchRoute(core, one);
  const server = graph.targets.get(name);
  if (server?.pool) touchServer(core, server, cause);
  const pool = graph.pools.get(name);
  if (pool === undefined) return;
  for (const one of pool.servers) touchServer(core, one, cause);
  for (const one of pool.routes) touchRoute(core, one);
}

/** Its part in the service, and its weight: one of them may be what it was. */
function touchServer(core: Core, server: Target, cause: Cause): void {
  touchTarget(core, server);
  touchWeight(core, server, cause);
}

/** What takes new connections from a server: its own drain, or its service's once routes are gone. */
export function drainOfServer(core: Core, { key, pool }: Target): Drain | null {
  if (core.drains.size === 0) return null;
  const own = core.drains.get(key)?.drain ?? null;
  if (own !== null || pool?.isEmptied !== true) return own;
  return core.drains.get(pool.name)?.drain ?? null;
}

/** Whether somebody took it out: an operator here, or somebody else before us. */
export function isDrained(core: Core, server: Target): boolean {
  const isFound = server.ipvs !== null && isFoundDrained(server.ipvs);
  return isFound || drainOfServer(core, server) !== null;
}

/**
 * What a route has to leave for: a drain of the node, its own, or that of a service without
 * which its rule would not be up. A rule that is met by another service stays announced.
 */
export function drainOfRoute(core: Core, entry: RouteEntry): Drain | null {
  const { drains, graph } = core;
  if (drains.size === 0) return null;
  const own = drains.get(NODE) ?? drains.get(entry.route.key);
  if (own !== undefined) return own.drain;
  const { when } = entry.route;
  const drained = [...poolsOf(graph, when)].filter(({ name }) => drains.has(name));
  const [first] = drained;
  if (first === undefined) return null;
  const without = evaluate(when, (name) => {
    const pool = graph.pools.get(name) ?? graph.targets.get(name)?.pool;
    return pool && drained.includes(pool) ? 'down' : healthOfName(core, name);
  });
  if (without === 'up' || without === healthOfRule(core, when)) return null;
  return drains.get(first.name)?.drain ?? null;
}

/** Who asked, in words. */
export function whoDrains(drain: Drain): string {
  const by = `drained by ${ownerText(drain)}`;
  return drain.reason === '' ? by : `${by}: ${drain.reason}`;
}

/**
 * The next service whose drain has come to its servers: every route that had to leave for it is
 * withdrawn, and weights wait for that as always. `null` where there is none; ask again after each.
 */
export function emptyNext(core: Core, nowMs: number): Cause | null {
  for (const { drain } of core.drains.values()) {
    const pool = core.graph.pools.get(drain.name);
    if (pool === undefined || pool.isEmptied || pool.routes.some((one) => isInTheWay(core, one))) {
      continue;
    }
    pool.isEmptied = true;
    const cause: Cause = { kind: 'drain', change: 'begun', drain, atMs: nowMs };
    for (const server of pool.servers) touchServer(core, server, cause);
    return cause;
  }
  return null;
}

function isInTheWay(core: Core, entry: RouteEntry): boolean {
  const isThere =
    entry.state === 'announced' || entry.state === 'draining' || entry.state === 'held';
  return isThere && drainOfRoute(core, entry) !== null;
}

/** Services whose connections somebody waits for; the same object while they are the same. */
export function watchedBy(core: Core): ReadonlySet<string> {
  const { watched, drains, draining, graph } = core;
  if (drains.size + draining.size + watched.size === 0) return watched;
  const now = new Set<string>();
  for (const { drain } of drains.values()) {
    const pool = graph.pools.get(drain.name) ?? graph.targets.get(drain.name)?.pool;
    if (pool && pool.ipvs !== null) now.add(pool.name);
  }
  for (const { route } of draining) {
    for (const pool of poolsOf(graph, route.when)) if (pool.ipvs !== null) now.add(pool.name);
  }
  const isSame = now.size === watched.size && [...now].every((name) => watched.has(name));
  return isSame ? watched : now;
}
