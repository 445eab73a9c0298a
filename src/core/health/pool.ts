import type { Service } from '../../model/service.ts';
import type { Cause, Health } from '../../model/turn.ts';
import type { Dependent } from '../graph.ts';
import type { IpvsService } from '../ipvs/ipvs-service.ts';
import type { RouteEntry } from '../routes/entry.ts';
import { sinceOf, type Resumed } from '../settle/since.ts';
import { countedHealth, isPresent } from '../settle/settle.ts';
import type { Target } from '../settle/target.ts';
import type { Writable } from '../writable.ts';
import { addPart, emptySums, thresholdsOf, type Sums, type Thresholds } from './quorum.ts';

/** A service: its servers as a pool. */
export interface Pool {
  readonly kind: 'pool';
  readonly name: string;
  /** A service that `valid_when` names comes before the one that names it. */
  readonly order: number;
  readonly service: Service;
  readonly servers: readonly Target[];
  readonly sums: Sums;
  readonly thresholds: Thresholds;
  readonly health: Health;
  /** The last health that was not `unknown` was up: hysteresis measures from there. */
  readonly wasUp: boolean;
  readonly sinceMs: number;
  /** Until its health is known for the first time. */
  readonly resumed: Resumed<Health> | null;
  /** The root of the last change of its health. */
  readonly cause: Cause | null;
  /** `valid_when` is up, so results of its servers count. */
  readonly isValid: boolean;
  /** Its drain has reached its servers: all of them are at weight 0. */
  readonly areServersDrained: boolean;
  readonly isTouched: boolean;
  readonly touchedServers: Target[];
  /** Services and routes whose rules name it. */
  readonly dependents: Dependent[];
  /** Routes whose rules name the service or one of its servers, in the order of the file. */
  readonly routes: RouteEntry[];
  /** Its entry in the IPVS table; `null` without IPVS. */
  readonly ipvs: IpvsService | null;
}

export function createPool(service: Service, sinceMs: number): Pool {
  return {
    kind: 'pool',
    name: service.name,
    order: 0,
    service,
    servers: [],
    sums: emptySums(),
    thresholds: { rise: 1, fall: 1 },
    health: 'unknown',
    wasUp: false,
    sinceMs,
    resumed: null,
    cause: null,
    isValid: false,
    areServersDrained: false,
    isTouched: false,
    touchedServers: [],
    dependents: [],
    routes: [],
    ipvs: null,
  };
}

/** Sums up all servers as they are: after a reload, which may have changed any of them. */
export function sumServers(pool: Writable<Pool, 'sums'>): void {
  pool.sums = emptySums();
  for (const server of pool.servers) {
    const { state, settle, isOverdue } = server;
    const isHere = isPresent(state, settle, isOverdue);
    addPart(pool.sums, server, countedHealth(state, settle), isHere, 1);
  }
  updateThresholds(pool);
}

/** To be called when the whole weight has changed: a quorum may be a percentage of it. */
export function updateThresholds(pool: Writable<Pool, 'thresholds'>): void {
  pool.thresholds = thresholdsOf(pool.service, pool.sums.total);
}

type PoolHealth = Writable<Pool, 'health' | 'sinceMs' | 'cause' | 'wasUp' | 'resumed'>;

export function setPoolHealth(pool: PoolHealth, to: Health, cause: Cause, atMs: number): void {
  pool.health = to;
  pool.sinceMs = sinceOf(pool.resumed, to, atMs);
  pool.cause = cause;
  if (to === 'unknown') return;
  pool.resumed = null;
  pool.wasUp = to === 'up';
}

/** Continues with what a checkpoint holds of it, unless its health is known already. */
export function resumePool(pool: PoolHealth, wasUp: boolean, resumed: Resumed<Health>): void {
  if (pool.health !== 'unknown') return;
  pool.wasUp = wasUp;
  pool.resumed = resumed;
}

/** It was up before our start, so its quorum is that of a service that is up. */
export function assumeWasUp(pool: PoolHealth): void {
  if (pool.health === 'unknown') pool.wasUp = true;
}
