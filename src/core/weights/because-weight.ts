import type { Core } from '../core.ts';
import { drainOfServer, drainLabel } from '../drains/maintenance.ts';
import { clipBecause } from '../health/explain.ts';
import type { Pool } from '../health/pool.ts';
import { slowShare } from '../ipvs/slow-start.ts';
import { baseOf, isFoundDrained, tableHealth, type IpvsServer } from '../ipvs/ipvs-server.ts';
import { reasonOf } from '../settle/settle.ts';

/** The reason of a weight: `down: refused`, `slow start, 40% of 200`. */
export function weightBecause(core: Core, pool: Pool, ipvs: IpvsServer, nowMs: number): string {
  const { server } = ipvs;
  const { slowStartMs, minPooledPercent } = pool.service;
  const drain = drainOfServer(core, server);
  if (drain !== null) return clipBecause(drainLabel(drain));
  if (isFoundDrained(ipvs)) return 'found at weight 0, so it counts as drained';
  const health = tableHealth(ipvs);
  switch (health) {
    case 'down': {
      const reason = reasonOf(server.state, server.settle, nowMs);
      const kept = ipvs.isDepooled ? '' : `; stays pooled by min_pooled ${minPooledPercent}%`;
      return clipBecause(`down: ${reason}${kept}`);
    }
    case 'unknown':
      return 'no verdict yet';
    case 'up': {
      const share = slowShare(ipvs.slowFromMs, slowStartMs, nowMs);
      const parts: string[] = [];
      if (share < 1) parts.push(`slow start, ${Math.round(share * 100)}% of ${server.live}`);
      if (server.percent < 100) {
        parts.push(`reported weight ${server.percent}% of ${baseOf(ipvs) ?? '?'}`);
      }
      return parts.length === 0 ? 'up' : parts.join('; ');
    }
    default:
      return health satisfies never;
  }
}
