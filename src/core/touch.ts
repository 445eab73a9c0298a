import type { Cause } from '../model/turn.ts';
import type { Core } from './core.ts';
import { expected } from './expected.ts';
import type { Dependent } from './graph.ts';
import type { Pool } from './health/pool.ts';
import type { IpvsServer } from './ipvs/ipvs-server.ts';
import type { IpvsService } from './ipvs/ipvs-service.ts';
import type { RouteEntry, Touch } from './routes/entry.ts';
import type { Target } from './settle/target.ts';
import type { Writable } from './writable.ts';

/**
 * The work of the coming turn: what was touched is updated once, however often it was touched.
 * Each `take…` returns what was touched, in the order of the file, and begins a new list.
 */
type TouchableTarget = Writable<Target, 'isTouched'>;
type TouchablePool = Writable<Pool, 'isTouched' | 'touchedServers'>;
type TouchableServer = Writable<IpvsServer, 'isTouched' | 'touchedBy'>;
type TouchableService = Writable<IpvsService, 'isTouched' | 'touched'>;
type TouchableRoute = Writable<RouteEntry, 'isTouched' | 'touches'>;

/** A signal is updated first, a real server with its service. */
export function touchTarget(core: Core, target: TouchableTarget): void {
  if (target.isTouched) return;
  target.isTouched = true;
  if (target.pool === null) core.work.signals.push(target);
  else {
    target.pool.touchedServers.push(target);
    touchPool(core, target.pool);
  }
}

export function touchPool(core: Core, pool: TouchablePool): void {
  if (pool.isTouched) return;
  pool.isTouched = true;
  core.work.pools.push(pool);
}

/** The weight of a server is worked out again, because of `cause`. Without IPVS: nothing. */
export function touchWeight(core: Core, server: Target, cause: Cause): void {
  const { ipvs } = server;
  if (ipvs === null) return;
  const pool = expected(server.pool, 'the service of a real server', server.key);
  const service = expected(pool.ipvs, 'an IPVS entry', pool.name);
  setTouchedBy(ipvs, cause);
  if (!markServer(service, ipvs)) return;
  if (markService(service)) core.work.weighed.push(pool);
}

function markServer(service: TouchableService, ipvs: TouchableServer): boolean {
  if (ipvs.isTouched) return false;
  ipvs.isTouched = true;
  service.touched.push(ipvs);
  return true;
}

function markService(service: TouchableService): boolean {
  if (service.isTouched) return false;
  service.isTouched = true;
  return true;
}

/** The cause of its next weight, if that differs from the present one. */
export function setTouchedBy(ipvs: TouchableServer, cause: Cause): void {
  ipvs.touchedBy = cause;
}

export function touchRoute(core: Core, entry: TouchableRoute): void {
  if (entry.isTouched) return;
  entry.isTouched = true;
  core.work.routes.push(entry);
}

/** Touches all whose rules name it. A change of capacity alone matters to `degrade` only. */
export function touchDependents(
  core: Core,
  dependents: readonly Dependent[] | null,
  name: string,
  cause: Cause,
  isCapacityOnly: boolean,
): void {
  if (dependents === null) return;
  for (const dependent of dependents) {
    if (dependent.kind === 'pool') {
      if (!isCapacityOnly) touchPool(core, dependent);
    } else if (!isCapacityOnly || dependent.route.degrade.length > 0) {
      dependent.touches.push({ name, cause });
      touchRoute(core, dependent);
    }
  }
}

/** Announces that wait for this service are decided again. True where there are any. */
export function touchWaiting(core: Core, pool: Pool): boolean {
  let isAny = false;
  for (const entry of pool.routes) {
    if (entry.waitsSinceMs === Infinity) continue;
    touchRoute(core, entry);
    isAny = true;
  }
  return isAny;
}

export function takeSignals(core: Core): readonly Target[] {
  const { signals } = core.work;
  core.work.signals = [];
  for (const signal of signals) clearTarget(signal);
  return signals.toSorted(byOrder);
}

export function takePools(core: Core): readonly Pool[] {
  const { pools } = core.work;
  core.work.pools = [];
  return pools.toSorted(byOrder);
}

export function takeTouchedServers(pool: TouchablePool): readonly Target[] {
  const { touchedServers } = pool;
  pool.isTouched = false;
  if (touchedServers.length === 0) return touchedServers;
  pool.touchedServers = [];
  for (const server of touchedServers) clearTarget(server);
  return touchedServers.toSorted(byOrder);
}

function clearTarget(target: TouchableTarget): void {
  target.isTouched = false;
}

/** Services with servers whose weight is to be worked out. */
export function takeWeighed(core: Core): readonly Pool[] {
  const { weighed } = core.work;
  core.work.weighed = [];
  return weighed.toSorted(byOrder);
}

export function takeWeighedServers(service: TouchableService): Set<IpvsServer> {
  const touched = new Set(service.touched);
  service.touched = [];
  service.isTouched = false;
  for (const ipvs of touched) clearServer(ipvs);
  return touched;
}

function clearServer(ipvs: TouchableServer): void {
  ipvs.isTouched = false;
}

export function takeRoutes(core: Core): readonly RouteEntry[] {
  const { routes } = core.work;
  core.work.routes = [];
  return routes.toSorted(byOrder);
}

/** The changes that touched a route, in the order in which they were found. */
export function takeTouches(entry: TouchableRoute): readonly Touch[] {
  const { touches } = entry;
  entry.isTouched = false;
  if (touches.length > 0) entry.touches = [];
  return touches;
}

function byOrder(a: { readonly order: number }, b: { readonly order: number }): number {
  return a.order - b.order;
}
