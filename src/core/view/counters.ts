import type { Explanation } from '../../model/view.ts';
import type { Core } from '../core.ts';
import type { Pool } from '../health/pool.ts';
import { capacityPercent } from '../health/quorum.ts';
import { slowShare } from '../ipvs/slow-start.ts';
import { baseOf, isFoundDrained, tableHealth, type IpvsServer } from '../ipvs/ipvs-server.ts';
import { roomAtMs } from '../routes/budget.ts';
import type { RouteEntry } from '../routes/entry.ts';
import { nextDueMs } from '../settle/settle.ts';
import type { Target } from '../settle/target.ts';
import { neededBy, suppressedUntilMs } from './states.ts';

type Counter = Explanation['counters'][number];

/** The run of results against the settled state, and what delays or suppresses the next change. */
export function countersOfTarget(target: Target, atMs: number): readonly Counter[] {
  const { state, settle } = target;
  const counters: Counter[] = [];
  const add = (label: string, value: string): number => counters.push({ label, value });
  if (state.run > 0) add('rise', `${state.run} of ${settle.rise}`);
  else if (state.run < 0) add('fall', `${-state.run} of ${settle.fall}`);
  else if (state.settled === 'up') add('rise', `${settle.rise} of ${settle.rise}`);
  else if (state.settled === 'down') add('fall', `${settle.fall} of ${settle.fall}`);
  const leftS = Math.max(0, Math.ceil((nextDueMs(state, settle) - atMs) / 1000));
  if (state.lost !== null) add('observer lost', `last health kept for ${leftS}s more`);
  else if (state.settled !== state.verdict) add(`becomes ${state.settled}`, `in ${leftS}s`);
  if (state.falls > 0) add('falls', `${state.falls}`);
  const reuseMs = suppressedUntilMs(target);
  if (reuseMs !== null) {
    add('suppressed', `for ${Math.max(0, Math.ceil((reuseMs - atMs) / 1000))}s more`);
  }
  return counters;
}

/** How long the first verdict may take: while there is none, or where that exceeds `startup_timeout`. */
export function countersOfStart(core: Core, target: Target, atMs: number): readonly Counter[] {
  const { startupTimeoutMs } = core.graph.config;
  const { firstVerdictMs, overdueAtMs, isOverdue, state } = target;
  const isSlow = firstVerdictMs > startupTimeoutMs;
  const hasVerdict = state.cause !== null || state.settled !== 'unknown';
  if (hasVerdict && !isSlow) return [];
  const limit = `startup_timeout ${startupTimeoutMs / 1000} s`;
  const needs =
    firstVerdictMs === Infinity
      ? `has no limit without stale_after (${limit})`
      : `needs up to ${firstVerdictMs / 1000} s (${limit})`;
  const value = isSlow ? needs : `is due within ${limit}`;
  const leftS = Math.max(0, Math.ceil((overdueAtMs - atMs) / 1000));
  const left = leftS === Infinity ? '' : `, ${leftS} s left`;
  if (hasVerdict) return [{ label: 'first verdict', value }];
  return [{ label: 'first verdict', value: value + (isOverdue ? ', and is overdue' : left) }];
}

/** The weight, and everything that makes it less than its base. */
export function countersOfServer(server: Target, pool: Pool, atMs: number): readonly Counter[] {
  const { ipvs, percent, weight, live } = server;
  const counters = [...countersOfTarget(server, atMs)];
  const add = (label: string, value: string): number => counters.push({ label, value });
  if (ipvs !== null) addTableCounters(ipvs, pool, atMs, add);
  else if (live !== weight) add('weight', `${live} of ${weight}`);
  if (percent < 100) add('reported weight', `${percent}%`);
  return counters;
}

function addTableCounters(
  ipvs: IpvsServer,
  pool: Pool,
  atMs: number,
  add: (label: string, value: string) => void,
): void {
  const { intended, wanted, confirmed } = ipvs;
  const isLeft = intended === null;
  add('weight', isLeft ? 'left as the IPVS table has it' : `${intended} of ${baseOf(ipvs) ?? '?'}`);
  if (wanted !== intended) add('wanted', `${wanted ?? 'nothing'}, after its withdraw`);
  if (ipvs.isMissing) add('IPVS table', 'does not have it');
  else if (intended !== null && confirmed !== intended) add('IPVS table', 'weight not confirmed');
  if (isFoundDrained(ipvs)) add('found', 'at weight 0, counts as drained');
  const share = slowShare(ipvs.slowFromMs, pool.service.slowStartMs, atMs);
  if (share < 1) add('slow start', `${Math.round(share * 100)}%`);
  if (isKept(ipvs)) add('min_pooled', 'pooled though down');
  if (ipvs.activeConnections !== null) add('connections', `${ipvs.activeConnections}`);
}

/** Failed, and pooled all the same. */
function isKept(ipvs: IpvsServer): boolean {
  return tableHealth(ipvs) === 'down' && !ipvs.isDepooled && Number(ipvs.wanted) > 0;
}

export function countersOfPool(pool: Pool): readonly Counter[] {
  const { sums, ipvs, servers } = pool;
  const counters: Counter[] = [
    { label: 'servers up', value: `${sums.serversUp} of ${sums.servers}` },
    { label: 'live weight', value: `${sums.up} of ${sums.total}, ${neededBy(pool)} needed` },
    { label: 'capacity', value: `${Math.floor(capacityPercent(sums))}%` },
  ];
  if (!pool.isValid) counters.push({ label: 'valid_when', value: 'not up: results are ignored' });
  if (ipvs === null) return counters;
  if (ipvs.isMissing) counters.push({ label: 'IPVS table', value: 'does not have the service' });
  else if (ipvs.unready > 0)
    counters.push({ label: 'weights to confirm', value: `${ipvs.unready}` });
  const kept = servers.filter((server) => server.ipvs !== null && isKept(server.ipvs)).length;
  if (kept > 0) counters.push({ label: 'pooled though down', value: `${kept}` });
  return counters;
}

export function countersOfRoute(
  core: Core,
  { attributes, route, state, waitUntilMs }: RouteEntry,
  atMs: number,
): readonly Counter[] {
  const counters: Counter[] = [];
  const inS = (dueMs: number): string => `${Math.max(0, Math.ceil((dueMs - atMs) / 1000))}s`;
  if (state === 'held') {
    counters.push({
      label: 'room for the next withdraw',
      value: `in ${inS(roomAtMs(core.budget, atMs))}`,
    });
  }
  if (waitUntilMs > atMs && waitUntilMs < Infinity) {
    counters.push({ label: 'waits', value: `${inS(waitUntilMs)} more at most` });
  }
  if (attributes === null) return counters;
  if (attributes.med !== null) counters.push({ label: 'MED', value: `${attributes.med}` });
  const { med } = route.attributes;
  if (med !== null && med !== attributes.med)
    counters.push({ label: 'MED in full', value: `${med}` });
  if (attributes.communities.length > 0) {
    counters.push({ label: 'communities', value: attributes.communities.join(' ') });
  }
  return counters;
}
