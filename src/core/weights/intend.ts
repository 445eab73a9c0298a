import type { Core } from '../core.ts';
import { expected } from '../expected.ts';
import type { Pool } from '../health/pool.ts';
import { setConfirmed, type IpvsServer } from '../ipvs/ipvs-server.ts';
import type { Writable } from '../writable.ts';
import { weightBecause } from './because-weight.ts';

/** Makes the wanted weight what the sinks set, and reports the decision. */
export function intend(
  core: Core,
  pool: Pool,
  ipvs: Writable<IpvsServer, 'intended'>,
  nowMs: number,
): void {
  const { key } = ipvs.server;
  const { intended } = ipvs;
  const wanted = expected(ipvs.wanted, 'a wanted weight', key);
  const cause = expected(ipvs.cause, 'a cause of a weight', key);
  const service = pool.name;
  ipvs.intended = wanted;
  setConfirmed(ipvs, null);
  core.weights.set(key, { server: key, service, weight: wanted, cause });
  core.draft.changedWeights.add(key);
  const because = weightBecause(core, pool, ipvs, nowMs);
  core.draft.weightDecisions.push({
    server: key,
    service,
    from: intended,
    to: wanted,
    because,
    atMs: nowMs,
    cause,
  });
}

export function byFileOrder(servers: ReadonlySet<IpvsServer>): readonly IpvsServer[] {
  return [...servers].toSorted((a, b) => a.server.order - b.server.order);
}
