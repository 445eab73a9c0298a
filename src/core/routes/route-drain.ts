import type { Core, Reason } from '../core.ts';
import { expected } from '../expected.ts';
import { poolsOf } from '../health/lookup.ts';
import type { Writable } from '../writable.ts';
import { draining } from './attributes.ts';
import type { RouteEntry } from './entry.ts';
import { announce, withdrawNow } from './route-intent.ts';
import { setDrainUntil } from './timers.ts';

/**
 * A route is drained in two steps: it is announced as going away (RFC 8326) with a worse MED, so
 * that peers move to another path; it is withdrawn when its connections are few enough or its
 * time is over, whichever comes first. `max_withdraw` does not hold it: an operator asked for it.
 */
export function beginRouteDrain(
  core: Core,
  entry: Writable<RouteEntry, 'drainFor' | 'drainSinceMs'>,
  reason: Reason,
  nowMs: number,
): void {
  const { route, attributes } = entry;
  if (attributes === null || route.drainMs === 0) {
    // A route that an earlier process announced is withdrawn as it is: its attributes are not known.
    withdrawNow(core, entry, reason, nowMs);
    return;
  }
  const { drainMs, drainConnections } = route;
  const orFewer = drainConnections === null ? '' : ` or down to ${drainConnections} connections`;
  const because = `${reason.because}: draining for ${drainMs / 1000}s${orFewer}`;
  const going = draining(route, attributes);
  announce(core, entry, going, { ...reason, because }, nowMs, 'draining');
  entry.drainFor = reason;
  entry.drainSinceMs = nowMs;
  setDrainUntil(core, entry, nowMs + drainMs);
}

/** Withdraws a route whose drain is over. */
export function endRouteDrain(core: Core, entry: RouteEntry, nowMs: number): void {
  const { because: why, cause } = expected(entry.drainFor, 'a drain', entry.route.key);
  const left = connectionsOf(core, entry);
  const few = entry.route.drainConnections;
  const lastedS = Math.round((nowMs - entry.drainSinceMs) / 100) / 10;
  const because =
    left !== null && few !== null && left <= few
      ? `${why}: drained in ${lastedS}s, ${left} connections left`
      : `${why}: drained for ${lastedS}s`;
  withdrawNow(core, entry, { cause, because }, nowMs);
}

/**
 * Active connections of all services that the route relies on, as counted since its drain began;
 * `null` while they are not all known, or without IPVS.
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

/** Connections were counted: ends drains that waited for these. True where there are any. */
export function endEmptyDrains(core: Core, nowMs: number): boolean {
  let isAny = false;
  for (const entry of core.draining) {
    const few = entry.route.drainConnections;
    const left = few === null ? null : connectionsOf(core, entry);
    if (few === null || left === null || left > few) continue;
    setDrainUntil(core, entry, nowMs);
    isAny = true;
  }
  return isAny;
}
