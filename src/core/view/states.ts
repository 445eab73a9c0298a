import type { Signal } from '../../model/config.ts';
import type {
  LossView,
  RealServerView,
  RouteView,
  ServiceView,
  SignalView,
} from '../../model/view.ts';
import { becauseNow } from '../routes/because-now.ts';
import type { Core } from '../core.ts';
import { expected } from '../expected.ts';
import { reuseAtMs } from '../settle/damping.ts';
import { reasonOfPool } from '../health/explain.ts';
import type { Pool } from '../health/pool.ts';
import { capacityPercent } from '../health/quorum.ts';
import { baseOf, tableHealth, type IpvsServer } from '../ipvs/ipvs-server.ts';
import { identityOf } from '../routes/attributes.ts';
import type { RouteEntry } from '../routes/entry.ts';
import type { Target } from '../settle/target.ts';
import { healthOf, lossOf, reasonOf } from '../settle/settle.ts';
import { drainViewOfRoute, drainViewOfServer, drainViewOfService } from './drains.ts';

export function signalView(core: Core, { name, type }: Signal, atMs: number): SignalView {
  const target = expected(core.graph.targets.get(name), 'a target of a signal', name);
  const { state, settle } = target;
  return {
    name,
    type,
    state: healthOf(state),
    reason: reasonOf(state, settle, atMs),
    sinceMs: state.sinceMs,
    flaps: state.falls,
    lost: lossView(target),
    suppressedUntilMs: suppressedUntilMs(target),
  };
}

/** `null` where the observer is not lost. */
function lossView({ state, settle }: Target): LossView | null {
  const loss = lossOf(state);
  if (loss === null) return null;
  const { atMs: sinceMs, reason } = loss;
  return { sinceMs, reason, untilMs: sinceMs + settle.lostHoldMs };
}

/** `null` where damping holds nothing down. */
export function suppressedUntilMs({ state: { flaps }, settle }: Target): number | null {
  return flaps !== null && flaps.suppressed ? reuseAtMs(flaps, settle.damping) : null;
}

export function serviceView(core: Core, pool: Pool, atMs: number): ServiceView {
  const isWhole = pool.health === 'up' && pool.sums.serversUp === pool.sums.servers;
  return {
    name: pool.name,
    state: pool.health,
    reason: isWhole ? '' : reasonOfPool(pool, atMs),
    sinceMs: pool.sinceMs,
    virtual: pool.service.virtual,
    capacityPercent: capacityPercent(pool.sums),
    quorum: neededBy(pool),
    drain: drainViewOfService(core, pool, atMs),
    realServers: pool.servers.map((server) => realServerView(core, pool, server, atMs)),
  };
}

/** With hysteresis it is another one while the service is up. */
export function neededBy({ thresholds, wasUp }: Pool): number {
  return wasUp ? thresholds.fall : thresholds.rise;
}

function realServerView(core: Core, pool: Pool, server: Target, atMs: number): RealServerView {
  const { key, state, settle, ipvs } = server;
  return {
    key,
    address: key.slice(pool.name.length + 1),
    state: healthOf(state),
    reason: reasonOf(state, settle, atMs),
    sinceMs: state.sinceMs,
    flaps: state.falls,
    lost: lossView(server),
    weight: ipvs === null ? null : ipvs.intended,
    baseWeight: ipvs === null ? server.weight : baseOf(ipvs),
    isPooled: ipvs === null ? healthOf(state) === 'up' && server.live > 0 : isPooled(ipvs),
    isInTable: isInTable(core, ipvs),
    activeConnections: ipvs === null ? null : ipvs.activeConnections,
    drain: drainViewOfServer(core, server, atMs),
  };
}

function isInTable(core: Core, ipvs: IpvsServer | null): boolean | null {
  if (ipvs === null) return null;
  // We removed it, so it is not missing: it is added again when it is up.
  if (ipvs.intended === 'removed') return null;
  return core.ipvs.isAwaited ? null : !ipvs.isMissing;
}

/** A server without an intent of ours is in the table as it was found. */
function isPooled(ipvs: IpvsServer): boolean {
  const { intended, isMissing } = ipvs;
  if (isMissing || intended === 'removed') return false;
  return intended === null ? tableHealth(ipvs) !== 'down' : intended > 0;
}

/**
 * Its reason is worked out when it is read: 10,000 of them would take too long at once.
 *
 * @param reasons of names, worked out for other routes of this view.
 */
export function routeView(
  core: Core,
  entry: RouteEntry,
  atMs: number,
  reasons: Map<string, string>,
): RouteView {
  const { state, because: decided } = entry;
  return {
    route: identityOf(entry.route),
    state,
    attributes: entry.attributes,
    get because() {
      // The route was decided again since the view was made: only the reason of then is known.
      return entry.state === state ? becauseNow(core, entry, atMs, reasons) : decided;
    },
    sinceMs: entry.sinceMs,
    drain: drainViewOfRoute(core, entry),
  };
}
