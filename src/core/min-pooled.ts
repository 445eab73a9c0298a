import type { Pool, ServerInKernel } from './nodes.ts';
import { tableHealth } from './kernel.ts';

/**
 * `min_pooled`, PyBal's depool threshold: a failed server is taken out of the pool only while
 * what stays is at least that share of the service's whole base weight. Those that failed first
 * go first; who is out stays out until it recovers.
 *
 * What is kept serves nobody well, so it never counts for the service's health: a route is not
 * announced because of dead servers. It only keeps the rest from being crushed.
 */
export function depool(pool: Pool, minPooledPercent: number): readonly ServerInKernel[] {
  const least = (minPooledPercent * pool.sums.total) / 100;
  const failed: ServerInKernel[] = [];
  let pooled = 0;
  for (const server of pool.servers) {
    const { kernel } = server;
    if (kernel === null) continue;
    const isDown = tableHealth(kernel) === 'down';
    if (isDown && kernel.isDepooled) continue;
    pooled += server.live;
    if (isDown) failed.push(kernel);
  }
  return failed.toSorted(byFall).filter((kernel) => {
    const { live } = kernel.server;
    if (pooled - live < least) return false;
    kernel.isDepooled = true;
    pooled -= live;
    return true;
  });
}

function byFall({ server: a }: ServerInKernel, { server: b }: ServerInKernel): number {
  return a.state.sinceMs - b.state.sinceMs || a.order - b.order;
}
