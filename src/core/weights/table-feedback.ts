import type { BaseWeight } from '../../model/report.ts';
import type { Cause } from '../../model/turn.ts';
import type { Core } from '../core.ts';
import { expected } from '../expected.ts';
import { assumeServing } from '../health/assumed-state.ts';
import { setConfirmed, type IpvsServer, type Weight } from '../ipvs/ipvs-server.ts';
import { countReady, type IpvsService } from '../ipvs/ipvs-service.ts';
import type { Target } from '../settle/target.ts';
import { touchPool, touchTarget, touchWaiting, touchWeight } from '../touch.ts';
import type { Writable } from '../writable.ts';

/** What the IPVS sink reports of the table. Each function returns whether a turn is wanted. */

/** The whole table was read: base weights, and which of our services and servers it lacks. */
export function onTable(
  core: Core,
  bases: ReadonlyMap<string, BaseWeight>,
  missing: ReadonlySet<string>,
  nowMs: number,
): boolean {
  const cause: Cause = { kind: 'table', atMs: nowMs };
  let isNews = false;
  for (const pool of core.graph.pools.values()) {
    if (pool.ipvs === null) continue;
    if (core.ipvs.isAwaited) touchPool(core, pool);
    const serving = pool.servers.filter((server) => isFoundServing(server, bases));
    assumeServing(core, pool, serving);
    if (serving.length > 0) isNews = true;
    for (const server of pool.servers) {
      const { key } = server;
      const isChanged = onServer(core, pool.ipvs, server, bases.get(key), missing.has(key), cause);
      if (isChanged) isNews = true;
    }
    setServiceMissing(pool.ipvs, missing.has(pool.name));
    if (touchWaiting(core, pool)) isNews = true;
  }
  isNews ||= core.ipvs.isAwaited;
  core.ipvs.isAwaited = false;
  if (isNews) core.work.cause ??= cause;
  return isNews;
}

/** Read for the first time, and with a weight above 0: it was up when that was set. */
function isFoundServing({ key, ipvs }: Target, bases: ReadonlyMap<string, BaseWeight>): boolean {
  return ipvs !== null && ipvs.found === null && bases.get(key)?.isServing === true;
}

function setServiceMissing(service: Writable<IpvsService, 'isMissing'>, isMissing: boolean): void {
  service.isMissing = isMissing;
}

function setMissing(ipvs: Writable<IpvsServer, 'isMissing'>, isMissing: boolean): void {
  ipvs.isMissing = isMissing;
  // It may be added again with any weight: that has to be read first.
  if (isMissing) setConfirmed(ipvs, null);
}

/** True where it has another base weight than before. */
function setFound(ipvs: Writable<IpvsServer, 'found'>, base: BaseWeight): boolean {
  const { found } = ipvs;
  if (found?.weight === base.weight && found.isDrained === base.isDrained) return false;
  ipvs.found = base;
  return true;
}

/** True where its weight has to be worked out again. */
function onServer(
  core: Core,
  service: IpvsService,
  server: Target,
  base: BaseWeight | undefined,
  isMissing: boolean,
  cause: Cause,
): boolean {
  const ipvs = expected(server.ipvs, 'an IPVS entry', server.key);
  setMissing(ipvs, isMissing);
  countReady(service, ipvs);
  if (base === undefined || !setFound(ipvs, base)) return false;
  // Where the configuration has a weight, that of the table does not matter.
  if (server.configuredWeight !== null) return false;
  touchTarget(core, server);
  touchWeight(core, server, cause);
  return true;
}

/** Weights were read back: announces that rely on them may follow. */
export function onWeights(core: Core, weights: ReadonlyMap<string, Weight>): boolean {
  let isNews = false;
  for (const [key, weight] of weights) {
    const server = core.graph.targets.get(key);
    // A reload may have taken the server out, or its service out of IPVS, since that was written.
    const { ipvs = null, pool = null } = server ?? {};
    if (ipvs === null || pool === null || pool.ipvs === null) continue;
    const { unready } = pool.ipvs;
    setConfirmed(ipvs, weight);
    countReady(pool.ipvs, ipvs);
    if (unready > 0 && pool.ipvs.unready === 0 && touchWaiting(core, pool)) isNews = true;
  }
  return isNews;
}

/** How long announces wait depends on whether the table can be read. */
export function onIpvsState(core: Core, state: 'connected' | 'lost' | 'off'): boolean {
  if (core.ipvs.state === state) return false;
  core.ipvs.state = state;
  if (state === 'connected') core.ipvs.isUnconfirmedLogged = false;
  let isNews = false;
  for (const pool of core.graph.pools.values()) if (touchWaiting(core, pool)) isNews = true;
  return isNews;
}
