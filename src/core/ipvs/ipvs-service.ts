import type { Target } from '../settle/target.ts';
import type { Writable } from '../writable.ts';
import { isConfirmed, type IpvsServer } from './ipvs-server.ts';

/** One service's entry in the IPVS table. */
export interface IpvsService {
  /** The table lacks it: traffic for an announced route of it would be lost. */
  readonly isMissing: boolean;
  /** How many of its servers are not ready. */
  readonly unready: number;
  /** Servers whose weight is worked out in this turn. */
  readonly touched: IpvsServer[];
  readonly isTouched: boolean;
  /** Servers whose fall to 0 waits for a withdraw. */
  readonly waiting: Set<IpvsServer>;
  /** The sum of those of its servers that were counted, at `countedAtMs`. */
  readonly activeConnections: number;
  /** -Infinity: never counted. */
  readonly countedAtMs: number;
}

export function createTableService(): IpvsService {
  return {
    isMissing: false,
    unready: 0,
    touched: [],
    isTouched: false,
    waiting: new Set(),
    activeConnections: 0,
    countedAtMs: -Infinity,
  };
}

type CountedService = Writable<IpvsService, 'unready'>;

/** Counts a server in or out of `unready`. A server that the table lacks is not waited for. */
export function countReady(service: CountedService, ipvs: Writable<IpvsServer, 'isReady'>): void {
  const isReady = ipvs.isMissing || isConfirmed(ipvs);
  if (isReady === ipvs.isReady) return;
  ipvs.isReady = isReady;
  service.unready += isReady ? -1 : 1;
}

/** Counts from the beginning: a reload may have added and removed servers. */
export function countUnready(service: CountedService, servers: readonly Target[]): void {
  service.unready = servers.filter(({ ipvs }) => ipvs?.isReady === false).length;
}
