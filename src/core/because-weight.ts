import type { Core } from './core.ts';
import { clipBecause } from './explain.ts';
import type { Pool, ServerInKernel } from './nodes.ts';
import { baseOf, isFoundDrained, tableHealth } from './kernel.ts';
import { drainOfServer, whoDrains } from './maintenance.ts';
import { reasonOf } from './settle.ts';
import { slowShare } from './slow-start.ts';

/** Why a weight is what it is, in words: `down: refused`, `slow start, 40% of 200`. */
export function becauseOfWeight(
  core: Core,
  pool: Pool,
  kernel: ServerInKernel,
  nowMs: number,
): string {
  const { server } = kernel;
  const { slowStartMs, minPooledPercent } = pool.service;
  const drain = drainOfServer(core, server);
  if (drain !== null) return clipBecause(whoDrains(drain));
  if (isFoundDrained(kernel)) return 'found at weight 0, so it counts as drained';
  const health = tableHealth(kernel);
  switch (health) {
    case 'down': {
      const reason = reasonOf(server.state, server.settle, nowMs);
      const kept = kernel.isDepooled ? '' : `; stays pooled by min_pooled ${minPooledPercent}%`;
      return clipBecause(`down: ${reason}${kept}`);
    }
    case 'unknown':
      return 'not judged yet';
    case 'up': {
      const share = slowShare(kernel.slowFromMs, slowStartMs, nowMs);
      const parts: string[] = [];
      if (share < 1) parts.push(`slow start, ${Math.round(share * 100)}% of ${server.live}`);
      if (server.percent < 100) {
        parts.push(`takes ${server.percent}% of ${baseOf(kernel) ?? 0} as it reports`);
      }
      return parts.length === 0 ? 'up' : parts.join('; ');
    }
    default:
      return health satisfies never;
  }
}
