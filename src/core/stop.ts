import type { Cause } from '../model/turn.ts';
import type { Core } from './core.ts';
import { announce, withdrawNow } from './decide.ts';
import type { RouteEntry } from './graph.ts';
import { timeRoute } from './order.ts';
import { draining } from './route.ts';

/**
 * Begins to stop: routes with `on_stop: withdraw` are announced as going away, and withdrawn
 * when their drain is over. Nothing is announced any more, and no budget holds these back.
 */
export function beginStop(core: Core, nowMs: number): void {
  core.isStopping = true;
  const cause: Cause = { kind: 'stop', atMs: nowMs };
  for (const entry of core.graph.routes.values()) {
    if (entry.route.onStop === 'withdraw') stopRoute(core, entry, cause, nowMs);
  }
}

function stopRoute(core: Core, entry: RouteEntry, cause: Cause, nowMs: number): void {
  const { state, route, attributes, isAdopted } = entry;
  if (state === 'withdrawn' || (state === 'pending' && !isAdopted)) return;
  if (attributes === null || route.drainMs === 0) {
    // What another life of ours announced is taken back as it is: we never decided how it looks.
    withdrawNow(core, entry, { cause, because: 'stopping' }, nowMs);
    return;
  }
  const because = `stopping: draining for ${route.drainMs / 1000}s`;
  announce(core, entry, draining(route, attributes), { cause, because }, nowMs, 'draining');
  core.draining.add(entry);
  entry.drainUntilMs = nowMs + route.drainMs;
  timeRoute(core, entry);
}

/** The drain of one route is over. */
export function endDrain(core: Core, entry: RouteEntry, nowMs: number): void {
  const because = `stopping: drained for ${entry.route.drainMs / 1000}s`;
  withdrawNow(core, entry, { cause: { kind: 'stop', atMs: nowMs }, because }, nowMs);
}
