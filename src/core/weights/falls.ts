import type { Core } from '../core.ts';
import type { Pool } from '../health/pool.ts';
import { byFileOrder, intend } from './intend.ts';

/** Intends the falls that wait for no withdraw any more, in the order of the file. */
export function releaseFalls(core: Core, nowMs: number): void {
  if (core.falling.size === 0) return;
  const pools = [...core.falling].toSorted((a, b) => a.order - b.order);
  for (const pool of pools) {
    const waiting = pool.ipvs?.waiting;
    if (waiting !== undefined && waiting.size > 0) {
      if (mustWait(pool)) continue;
      for (const ipvs of byFileOrder(waiting)) intend(core, pool, ipvs, nowMs);
      waiting.clear();
    }
    core.falling.delete(pool);
  }
}

/**
 * Whether the weights of a service must not fall yet: a withdraw of one of its routes was not
 * handed to ExaBGP. Where `max_withdraw` holds the withdraw the route stays announced, so the last
 * servers keep their weights until it is made; while other servers are up, the failed ones go at
 * once, because the others can take their traffic.
 */
function mustWait(pool: Pool): boolean {
  return pool.routes.some(
    ({ unsentUntilMs, state }) =>
      unsentUntilMs !== Infinity || (state === 'held' && pool.sums.up === 0),
  );
}
