import type { Cause } from '../model/turn.ts';
import type { Core } from './core.ts';
import type { RouteEntry } from './routes/entry.ts';
import { beginRouteDrain } from './routes/route-drain.ts';
import { clearDrain } from './routes/timers.ts';

/**
 * Begins to stop: routes with `on_stop: withdraw` are announced as going away, and withdrawn
 * when their drain is over. Nothing is announced any more, and `max_withdraw` holds none of these.
 */
export function beginStop(core: Core, nowMs: number): void {
  core.isStopping = true;
  const cause: Cause = { kind: 'stop', atMs: nowMs };
  for (const entry of core.graph.routes.values()) {
    if (entry.route.onStop === 'withdraw') stopRoute(core, entry, cause, nowMs);
    // It stays as it is, also in the middle of a drain: the end of that is not waited for.
    else clearDrain(core, entry);
  }
}

function stopRoute(core: Core, entry: RouteEntry, cause: Cause, nowMs: number): void {
  const { state, isAdopted } = entry;
  if (state === 'withdrawn' || (state === 'pending' && !isAdopted)) return;
  // A route that an operator drains is being withdrawn already.
  if (state !== 'draining') beginRouteDrain(core, entry, { cause, because: 'stopping' }, nowMs);
}
