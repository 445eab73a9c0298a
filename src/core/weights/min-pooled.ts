import type { Pool, TableServer } from '../nodes.ts';
import { tableHealth } from './table.ts';

/**
 * `min_pooled`, PyBal's depool threshold: a failed server is taken out of the pool only while
 * what stays is at least that share of the service's whole base weight. Those that failed first
 * go first; who is out stays out until it recovers.
 *
 * What is kept serves nobody well, so it never counts for the service's health: a route is not
 * announced because of dead servers. It only keeps the rest from being crushed.
 */
export function depool(pool: Pool, minPooledPercent: number): readonly TableServer[] {
  const least = (minPooledPercent * pool.sums.total) / 100;
  const failed: TableServer[] = [];
  let pooled = 0;
  for (const server of pool.servers) {
    const { ipvs } = server;
    if (ipvs === null) continue;
    const isDown = tableHealth(ipvs) === 'down';
    if (isDown && ipvs.isDepooled) continue;
    pooled += server.live;
    if (isDown) failed.push(ipvs);
  }
  return failed.toSorted(byFall).filter((ipvs) => {
    const { live } = ipvs.server;
    if (pooled - live < least) return false;
    ipvs.isDepooled = true;
    pooled -= live;
    return true;
  });
}

function byFall({ server: a }: TableServer, { server: b }: TableServer): number {
  return a.state.sinceMs - b.state.sinceMs || a.order - b.order;
}
