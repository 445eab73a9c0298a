import { expected } from '../expected.ts';
import type { Pool } from '../health/pool.ts';
import { setDepooled, tableHealth, type IpvsServer } from '../ipvs/ipvs-server.ts';

/**
 * `min_pooled`, PyBal's depool threshold: a failed server is depooled only while the rest has at
 * least that share of the service's whole base weight. Those that failed first go first; a server
 * that was depooled stays so until it recovers.
 *
 * A failed server that is kept does not count for the service's health: no route is announced
 * because of it. It only keeps the other servers from being overloaded.
 */
export function depool(pool: Pool, minPooledPercent: number): readonly IpvsServer[] {
  const least = (minPooledPercent * pool.sums.total) / 100;
  const failed: IpvsServer[] = [];
  let pooled = 0;
  for (const server of pool.servers) {
    const ipvs = expected(server.ipvs, 'an IPVS entry', server.key);
    const isDown = tableHealth(ipvs) === 'down';
    if (isDown && ipvs.isDepooled) continue;
    pooled += server.live;
    if (isDown) failed.push(ipvs);
  }
  return failed.toSorted(byFall).filter((ipvs) => {
    const { live } = ipvs.server;
    if (pooled - live < least) return false;
    setDepooled(ipvs, true);
    pooled -= live;
    return true;
  });
}

function byFall({ server: a }: IpvsServer, { server: b }: IpvsServer): number {
  return a.state.sinceMs - b.state.sinceMs || a.order - b.order;
}
