import type { Config } from '../model/config.ts';
import type { Cause } from '../model/turn.ts';
import type { Core } from './core.ts';
import { buildGraph, type Graph } from './graph.ts';
import { applyState } from './health/apply-state.ts';
import { sumServers } from './health/pool.ts';
import { updateShare } from './health/share.ts';
import { createStartup } from './health/startup.ts';
import { countUnready } from './ipvs/ipvs-service.ts';
import { createBudget } from './routes/budget.ts';
import { stopWaiting } from './routes/order.ts';
import { withdrawNow } from './routes/route-intent.ts';
import { carryOutDue } from './settle/settle.ts';
import { touchPool, touchRoute, touchWeight } from './touch.ts';

/**
 * Puts a configuration in force. What has the same name keeps its state under the new rules; what
 * is new starts unknown, with a `startup_timeout` of its own; routes that are no longer configured
 * are withdrawn. Everything else is touched, and what comes out the same changes nothing.
 */
export function applyConfig(core: Core, config: Config, nowMs: number): void {
  const before = core.graph;
  const startup = createStartup(nowMs, config.startupTimeoutMs);
  core.deadlines.set(startup, startup.dueMs);
  core.graph = buildGraph(config, before, startup);
  core.budget = createBudget(config.maxWithdraw, config.routes.length, core.budget.usedAtMs);
  dropTargets(core, before);
  applySettleRules(core, nowMs);
  touchAll(core, nowMs);
  dropRoutes(core, before, nowMs);
}

/** Touches everything, so that it is worked out again from the states of the targets. */
export function touchAll(core: Core, nowMs: number): void {
  for (const pool of core.graph.pools.values()) {
    for (const server of pool.servers) updateShare(core, server);
    sumServers(pool);
    touchPool(core, pool);
  }
  touchWeights(core, nowMs);
  for (const entry of core.graph.routes.values()) touchRoute(core, entry);
}

function dropTargets(core: Core, before: Graph): void {
  for (const [key, target] of before.targets) {
    if (core.graph.targets.has(key)) continue;
    core.deadlines.set(target, Infinity);
    if (target.ipvs !== null) core.deadlines.set(target.ipvs, Infinity);
  }
}

/** New delays may have passed already. */
function applySettleRules(core: Core, nowMs: number): void {
  const cause: Cause = { kind: 'config', atMs: nowMs };
  for (const target of core.graph.targets.values()) {
    applyState(core, target, carryOutDue(target.state, nowMs, target.settle), cause, nowMs);
  }
}

/** New weights take effect; those of servers that are no longer configured are left as they are. */
function touchWeights(core: Core, nowMs: number): void {
  const cause: Cause = { kind: 'config', atMs: nowMs };
  for (const key of core.weights.keys()) {
    const ipvs = core.graph.targets.get(key)?.ipvs ?? null;
    if (ipvs === null && core.weights.delete(key)) core.draft.changedWeights.add(key);
  }
  for (const pool of core.falling) pool.ipvs?.waiting.clear();
  for (const pool of core.graph.pools.values()) {
    if (pool.ipvs === null) continue;
    countUnready(pool.ipvs, pool.servers);
    for (const server of pool.servers) touchWeight(core, server, cause);
  }
}

/** Also those without a decision yet: a route that is not configured must not be announced. */
function dropRoutes(core: Core, before: Graph, nowMs: number): void {
  const cause: Cause = { kind: 'config', atMs: nowMs };
  for (const [key, entry] of before.routes) {
    if (core.graph.routes.has(key)) continue;
    stopWaiting(core, entry);
    if (entry.state === 'withdrawn') continue;
    withdrawNow(core, entry, { cause, because: 'no longer configured' }, nowMs);
  }
}
