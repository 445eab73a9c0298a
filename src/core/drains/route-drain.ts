import type { Cause } from '../../model/turn.ts';
import type { Core } from '../core.ts';
import { announce, withdrawNow } from '../routes/route-intent.ts';
import { poolsOf } from '../graph.ts';
import type { RouteEntry } from '../nodes.ts';
import { timeRoute } from '../routes/order.ts';
import { draining } from '../routes/route.ts';

/**
 * A route goes away in two steps: it is announced as going away (RFC 8326) with a worse MED, so
 * that peers move to another path; it is withdrawn when its connections are few enough or its
 * time is over, whichever comes first. No budget holds this back: somebody asked for it.
 */
export function beginRouteDrain(
  core: Core,
  entry: RouteEntry,
  who: string,
  cause: Cause,
  nowMs: number,
): void {
  const { route, attributes } = entry;
  if (attributes === null || route.drainMs === 0) {
    // What another life of ours announced is taken back as it is: we never decided how it looks.
    withdrawNow(core, entry, { cause, because: who }, nowMs);
    return;
  }
  const { drainMs, drainConnections } = route;
  const orFewer = drainConnections === null ? '' : ` or down to ${drainConnections} connections`;
  const because = `${who}: draining for ${drainMs / 1000}s${orFewer}`;
  announce(core, entry, draining(route, attributes), { cause, because }, nowMs, 'draining');
  entry.drainFor = { who, cause };
  entry.drainSinceMs = nowMs;
  entry.drainUntilMs = nowMs + drainMs;
  core.draining.add(entry);
  timeRoute(core, entry);
}

/** The drain of one route is over. */
export function endRouteDrain(core: Core, entry: RouteEntry, nowMs: number): void {
  if (entry.drainFor === null) return;
  const { who, cause } = entry.drainFor;
  const left = connectionsOf(core, entry);
  const few = entry.route.drainConnections;
  const lasted = Math.round((nowMs - entry.drainSinceMs) / 100) / 10;
  const because =
    left !== null && few !== null && left <= few
      ? `${who}: drained in ${lasted}s, ${left} connections left`
      : `${who}: drained for ${lasted}s`;
  withdrawNow(core, entry, { cause, because }, nowMs);
}

/**
 * Active connections of all services that the route relies on, as counted since its drain began;
 * `null` while they are not all known, or where there is no IPVS.
 */
export function connectionsOf(core: Core, entry: RouteEntry): number | null {
  let sum: number | null = null;
  for (const { ipvs } of poolsOf(core.graph, entry.route.when)) {
    if (ipvs === null) continue;
    if (ipvs.countedAtMs < entry.drainSinceMs) return null;
    sum = (sum ?? 0) + ipvs.activeConnections;
  }
  return sum;
}

/** Connections were counted: drains that waited for these are over. True where there are any. */
export function endEmptyDrains(core: Core, nowMs: number): boolean {
  let isAny = false;
  for (const entry of core.draining) {
    const few = entry.route.drainConnections;
    const left = few === null ? null : connectionsOf(core, entry);
    if (few === null || left === null || left > few) continue;
    entry.drainUntilMs = nowMs;
    timeRoute(core, entry);
    isAny = true;
  }
  return isAny;
}
