import type { Drain } from '../../model/drain.ts';
import type { Cause } from '../../model/turn.ts';
import type { Core } from '../core.ts';
import { NODE, setServersDrained, touchDrainedServer } from '../drains/maintenance.ts';
import { expected } from '../expected.ts';
import { healthOfName, healthOfRule, poolOfName, poolsOf } from '../health/lookup.ts';
import { evaluate } from '../health/rule.ts';
import type { RouteEntry } from './entry.ts';

/** A service is drained in two steps: first its routes are withdrawn, then its servers go to weight 0. */

/**
 * The drain that a route has to be withdrawn for: that of the node, its own, or that of a service
 * without which its rule would not be up. Where another service suffices the route stays announced.
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
    const pool = poolOfName(graph, name);
    return pool !== null && drained.includes(pool) ? 'down' : healthOfName(core, name);
  });
  if (without === 'up' || without === healthOfRule(core, when)) return null;
  return expected(drains.get(first.name), 'a drain in force', first.name).drain;
}

/**
 * Drains the servers of the next drained service whose routes are all withdrawn; the weights wait
 * for these withdraws as always. `null` where there is none. To be called again after each.
 */
export function drainNextService(core: Core, nowMs: number): Cause | null {
  for (const { drain } of core.drains.values()) {
    const pool = core.graph.pools.get(drain.name);
    if (
      pool === undefined ||
      pool.areServersDrained ||
      pool.routes.some((one) => mustLeave(core, one))
    ) {
      continue;
    }
    setServersDrained(pool, true);
    const cause: Cause = { kind: 'drain', change: 'begun', drain, atMs: nowMs };
    for (const server of pool.servers) touchDrainedServer(core, server, cause);
    return cause;
  }
  return null;
}

function mustLeave(core: Core, entry: RouteEntry): boolean {
  const isThere =
    entry.state === 'announced' || entry.state === 'draining' || entry.state === 'held';
  return isThere && drainOfRoute(core, entry) !== null;
}

/** Services whose connections a drain waits for; the same object while they are the same. */
export function watchedBy(core: Core): ReadonlySet<string> {
  const { watched, drains, draining, graph } = core;
  if (drains.size + draining.size + watched.size === 0) return watched;
  const now = new Set<string>();
  for (const { drain } of drains.values()) {
    const pool = poolOfName(graph, drain.name);
    if (pool !== null && pool.ipvs !== null) now.add(pool.name);
  }
  for (const { route } of draining) {
    for (const pool of poolsOf(graph, route.when)) if (pool.ipvs !== null) now.add(pool.name);
  }
  const isSame = now.size === watched.size && [...now].every((name) => watched.has(name));
  return isSame ? watched : now;
}
