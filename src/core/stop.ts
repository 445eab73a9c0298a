import type { Cause } from '../model/turn.ts';
import type { Core } from './core.ts';
import type { RouteEntry } from './nodes.ts';
import { timeRoute } from './routes/order.ts';
import { beginRouteDrain } from './drains/route-drain.ts';

/**
 * Begins to stop: routes with `on_stop: withdraw` are announced as going away, and withdrawn
 * when their drain is over. Nothing is announced any more, and no budget holds these back.
 */
export function beginStop(core: Core, nowMs: number): void {
  core.isStopping = true;
  const cause: Cause = { kind: 'stop', atMs: nowMs };
  for (const entry of core.graph.routes.values()) {
    if (entry.route.onStop === 'withdraw') stopRoute(core, entry, cause, nowMs);
    else keepRoute(core, entry);
  }
}

function stopRoute(core: Core, entry: RouteEntry, cause: Cause, nowMs: number): void {
  const { state, isAdopted } = entry;
  if (state === 'withdrawn' || (state === 'pending' && !isAdopted)) return;
  // One that an operator drains is on its way already.
  if (state !== 'draining') beginRouteDrain(core, entry, 'stopping', cause, nowMs);
}

/** It stays as it is, also in the middle of a drain: nobody waits for the end of that. */
function keepRoute(core: Core, entry: RouteEntry): void {
  core.draining.delete(entry);
  entry.drainUntilMs = Infinity;
  timeRoute(core, entry);
}
