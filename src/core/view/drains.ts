import type { Drain } from '../../model/drain.ts';
import type { DrainView } from '../../model/view.ts';
import type { Core } from '../core.ts';
import { NODE } from '../drains/maintenance.ts';
import { poolsOf } from '../health/lookup.ts';
import type { Pool } from '../health/pool.ts';
import type { IpvsServer } from '../ipvs/ipvs-server.ts';
import type { IpvsService } from '../ipvs/ipvs-service.ts';
import type { RouteEntry } from '../routes/entry.ts';
import { connectionsOf } from '../routes/route-drain.ts';
import type { Target } from '../settle/target.ts';

/** Without counted connections a drain is over when it has been in force for this long. */
const UNCOUNTED_MS = 3000;

export function drainViewOfNode(core: Core, atMs: number): DrainView | null {
  const drain = core.drains.get(NODE)?.drain ?? null;
  if (drain === null) return null;
  const entries = [...core.graph.routes.values()];
  const draining = entries.filter(({ state }) => state === 'draining');
  const pools = new Set(draining.flatMap(({ route }) => [...poolsOf(core.graph, route.when)]));
  const counted = [...pools].flatMap(({ ipvs }) => (isCountedSince(ipvs, drain) ? [ipvs] : []));
  const active = counted.reduce((sum, { activeConnections }) => sum + activeConnections, 0);
  const areGone = entries.every(isGone) && atMs >= drain.sinceMs;
  return {
    drain,
    isDone: areGone,
    isOut: areGone,
    activeConnections: counted.length === 0 ? null : active,
    deadlineMs: draining.length === 0 ? null : Math.max(...draining.map((one) => one.drainUntilMs)),
  };
}

export function drainViewOfRoute(core: Core, entry: RouteEntry): DrainView | null {
  const drain = drainShown(core, entry);
  if (drain === null) return null;
  const isDraining = entry.state === 'draining';
  return {
    drain,
    isDone: isGone(entry),
    isOut: isGone(entry),
    activeConnections: isDraining ? connectionsOf(core, entry) : null,
    deadlineMs: isDraining ? entry.drainUntilMs : null,
  };
}

/** A route that stays announced although one of its services is drained takes no part in the drain. */
function drainShown(core: Core, entry: RouteEntry): Drain | null {
  const { drains, graph } = core;
  if (drains.size === 0) return null;
  const own = drains.get(NODE) ?? drains.get(entry.route.key);
  if (own !== undefined || entry.state === 'announced') return own?.drain ?? null;
  const pools = [...poolsOf(graph, entry.route.when)];
  const [drained] = pools.flatMap(({ name }) => drains.get(name) ?? []);
  return drained?.drain ?? null;
}

function isGone({ state, unsentUntilMs }: RouteEntry): boolean {
  return state === 'withdrawn' && unsentUntilMs === Infinity;
}

export function drainViewOfService(core: Core, pool: Pool, atMs: number): DrainView | null {
  const drain = core.drains.get(pool.name)?.drain ?? null;
  if (drain === null) return null;
  const draining = pool.routes.filter(({ state }) => state === 'draining');
  const active = isCountedSince(pool.ipvs, drain) ? pool.ipvs.activeConnections : null;
  const areOut = pool.areServersDrained && pool.servers.every(({ ipvs }) => isOut(core, ipvs));
  return {
    drain,
    isDone: areOut && isEmpty(pool, active, drain, atMs),
    isOut: areOut,
    activeConnections: active,
    deadlineMs: draining.length === 0 ? null : Math.max(...draining.map((one) => one.drainUntilMs)),
  };
}

export function drainViewOfServer(core: Core, server: Target, atMs: number): DrainView | null {
  const { pool, ipvs } = server;
  if (core.drains.size === 0 || pool === null) return null;
  const own = core.drains.get(server.key)?.drain ?? null;
  const drain = own ?? core.drains.get(pool.name)?.drain ?? null;
  if (drain === null) return null;
  const active = ipvs !== null && isCountedSince(pool.ipvs, drain) ? ipvs.activeConnections : null;
  const isTaken = (own !== null || pool.areServersDrained) && isOut(core, ipvs);
  return {
    drain,
    isDone: isTaken && isEmpty(pool, active, drain, atMs),
    isOut: isTaken,
    activeConnections: active,
    deadlineMs: null,
  };
}

/** It gets no new connections: confirmed by the IPVS table, or intended where that cannot be read. */
function isOut(core: Core, ipvs: IpvsServer | null): boolean {
  if (ipvs === null || ipvs.isMissing) return true;
  const { intended, confirmed } = ipvs;
  if (intended !== 0 && intended !== 'removed') return false;
  const { ipvs: output } = core.graph.config;
  const isDry = output.via !== 'off' && output.dryRun;
  return confirmed === intended || isDry || core.ipvs.state !== 'connected';
}

function isEmpty({ ipvs }: Pool, active: number | null, drain: Drain, atMs: number): boolean {
  if (active !== null) return active === 0;
  return ipvs === null || atMs >= drain.sinceMs + UNCOUNTED_MS;
}

function isCountedSince(ipvs: IpvsService | null, drain: Drain): ipvs is IpvsService {
  return ipvs !== null && ipvs.countedAtMs > -Infinity && ipvs.countedAtMs >= drain.sinceMs;
}
