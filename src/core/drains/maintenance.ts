import { ownerText, type Drain } from '../../model/drain.ts';
import type { Cause } from '../../model/turn.ts';
import type { Core } from '../core.ts';
import type { Due } from '../deadlines.ts';
import { expected } from '../expected.ts';
import type { Pool } from '../health/pool.ts';
import { isFoundDrained } from '../ipvs/ipvs-server.ts';
import type { Target } from '../settle/target.ts';
import { touchRoute, touchTarget, touchWeight } from '../touch.ts';
import type { Writable } from '../writable.ts';

/** The name that stands for every route of this node. */
export const NODE = 'node';

/** A drain in force. What its name stands for need not exist yet: a reload may add it. */
export interface Maintenance extends Due {
  readonly kind: 'maintenance';
  readonly drain: Drain;
}

/** Puts a drain in force, in place of an older one of that name; `null` where it is over already. */
export function beginDrain(core: Core, drain: Drain, nowMs: number): Cause | null {
  if (drain.untilMs !== null && drain.untilMs <= nowMs) return null;
  const before = core.drains.get(drain.name);
  if (before !== undefined) core.deadlines.set(before, Infinity);
  const maintenance: Maintenance = { kind: 'maintenance', drain, slot: -1 };
  core.drains.set(drain.name, maintenance);
  core.deadlines.set(maintenance, drain.untilMs ?? Infinity);
  const cause: Cause = { kind: 'drain', change: 'begun', drain, atMs: nowMs };
  touchDrained(core, drain.name, cause);
  return cause;
}

/** Ends a drain, so that routes and weights are what they were; `null` where there is none. */
export function endDrain(
  core: Core,
  name: string,
  change: 'ended' | 'expired',
  nowMs: number,
): Cause | null {
  const maintenance = core.drains.get(name);
  if (maintenance === undefined) return null;
  core.deadlines.set(maintenance, Infinity);
  core.drains.delete(name);
  const pool = core.graph.pools.get(name);
  if (pool !== undefined) setServersDrained(pool, false);
  const cause: Cause = { kind: 'drain', change, drain: maintenance.drain, atMs: nowMs };
  touchDrained(core, name, cause);
  return cause;
}

function touchDrained(core: Core, name: string, cause: Cause): void {
  const { graph } = core;
  const entry = graph.routes.get(name);
  if (entry !== undefined) touchRoute(core, entry);
  if (name === NODE) for (const one of graph.routes.values()) touchRoute(core, one);
  const server = graph.targets.get(name);
  if (server?.pool) touchDrainedServer(core, server, cause);
  const pool = graph.pools.get(name);
  if (pool === undefined) return;
  for (const one of pool.servers) touchDrainedServer(core, one, cause);
  for (const one of pool.routes) touchRoute(core, one);
}

/** What it adds to its service, and its weight: both may change. */
export function touchDrainedServer(core: Core, server: Target, cause: Cause): void {
  touchTarget(core, server);
  touchWeight(core, server, cause);
}

/** Its drain has reached its servers, or is over. */
export function setServersDrained(
  pool: Writable<Pool, 'areServersDrained'>,
  areServersDrained: boolean,
): void {
  pool.areServersDrained = areServersDrained;
}

/** The drain that keeps a server at weight 0: its own, or its service's once its routes are gone. */
export function drainOfServer(core: Core, { key, pool }: Target): Drain | null {
  if (core.drains.size === 0) return null;
  const own = core.drains.get(key)?.drain ?? null;
  if (own !== null || pool?.areServersDrained !== true) return own;
  return expected(core.drains.get(pool.name), 'a drain in force', pool.name).drain;
}

/** An operator drains it here, or it had weight 0 before our start. */
export function isDrained(core: Core, server: Target): boolean {
  const isFound = server.ipvs !== null && isFoundDrained(server.ipvs);
  return isFound || drainOfServer(core, server) !== null;
}

/** `drained by anna: kernel update`. */
export function drainLabel(drain: Drain): string {
  const by = `drained by ${ownerText(drain)}`;
  return drain.reason === '' ? by : `${by}: ${drain.reason}`;
}
