import type { Core } from '../core.ts';
import type { Pool } from '../health/pool.ts';
import type { IpvsServer } from '../ipvs/ipvs-server.ts';
import type { IpvsService } from '../ipvs/ipvs-service.ts';
import type { Writable } from '../writable.ts';
import { endEmptyDrains } from './route-drain.ts';

/** Connections were counted: drains may be over. True where one is. */
export function onConnections(
  core: Core,
  active: ReadonlyMap<string, number>,
  nowMs: number,
): boolean {
  const sums = new Map<Pool, number>();
  for (const [key, connections] of active) {
    const server = core.graph.targets.get(key);
    // A reload may have taken the server out, or its service out of IPVS, since that was counted.
    const { ipvs = null, pool = null } = server ?? {};
    if (ipvs === null || pool === null) continue;
    setActive(ipvs, connections);
    sums.set(pool, (sums.get(pool) ?? 0) + connections);
  }
  for (const [{ ipvs }, sum] of sums) if (ipvs !== null) setSum(ipvs, sum, nowMs);
  return endEmptyDrains(core, nowMs);
}

function setActive(ipvs: Writable<IpvsServer, 'activeConnections'>, connections: number): void {
  ipvs.activeConnections = connections;
}

function setSum(
  service: Writable<IpvsService, 'activeConnections' | 'countedAtMs'>,
  activeConnections: number,
  nowMs: number,
): void {
  service.activeConnections = activeConnections;
  service.countedAtMs = nowMs;
}
