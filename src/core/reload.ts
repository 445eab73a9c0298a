import type { SettleRules } from '../model/check.ts';
import type { Config } from '../model/config.ts';
import type { Cause } from '../model/turn.ts';
import { createBudget } from './routes/budget.ts';
import { touchPool, touchRoute, touchWeight, type Core } from './core.ts';
import { stopWaiting } from './routes/order.ts';
import { withdrawNow } from './routes/route-intent.ts';
import { buildGraph, type Graph } from './graph.ts';
import type { Epoch, Pool } from './nodes.ts';
import { applyState } from './health/update-health.ts';
import { addPart, emptySums, thresholdsOf } from './health/pool.ts';
import { share } from './weights/share.ts';
import { countedHealth, due, isPresent } from './settle/settle.ts';

/**
 * Puts a configuration in force. What has the same name keeps its state under the new rules;
 * what is new starts unknown, with a `startup_timeout` of its own; routes that are gone become
 * withdraws. Everything is then judged again, and what comes out the same changes nothing.
 */
export function applyConfig(core: Core, config: Config, nowMs: number): void {
  const before = core.graph;
  const epoch: Epoch = {
    kind: 'epoch',
    startMs: nowMs,
    dueMs: nowMs + config.startupTimeoutMs,
    isOver: false,
    slot: -1,
  };
  core.deadlines.set(epoch, epoch.dueMs);
  core.graph = buildGraph(config, before, epoch);
  core.budget = createBudget(config.maxWithdraw, config.routes.length, core.budget.usedAtMs);
  dropTargets(core, before);
  applySettleRules(core, nowMs);
  judgeAgain(core, nowMs);
  dropRoutes(core, before, nowMs);
}

/** Everything, by the states that targets have now. */
export function judgeAgain(core: Core, nowMs: number): void {
  for (const pool of core.graph.pools.values()) {
    for (const server of pool.servers) share(core, server);
    sumAgain(pool);
    touchPool(core, pool);
  }
  weighAgain(core, nowMs);
  for (const entry of core.graph.routes.values()) touchRoute(core, entry);
}

function dropTargets(core: Core, before: Graph): void {
  for (const [key, target] of before.targets) {
    if (core.graph.targets.has(key)) continue;
    core.deadlines.set(target, Infinity);
    if (target.ipvs !== null) core.deadlines.set(target.ipvs, Infinity);
  }
}

function applySettleRules(core: Core, nowMs: number): void {
  const cause: Cause = { kind: 'config', atMs: nowMs };
  const apply = (key: string, settle: SettleRules): void => {
    const target = core.graph.targets.get(key);
    if (target === undefined) return;
    target.settle = settle;
    applyState(core, target, due(target.state, nowMs, settle), cause, nowMs);
  };
  for (const { name, settle } of core.graph.config.signals) apply(name, settle);
  for (const service of core.graph.config.services) {
    for (const { key, check } of service.realServers) apply(key, check.settle);
  }
}

function sumAgain(pool: Pool): void {
  pool.sums = emptySums();
  for (const server of pool.servers) {
    const { state, settle, isOverdue } = server;
    const isHere = isPresent(state, settle, isOverdue);
    addPart(pool.sums, server, countedHealth(state, settle), isHere, 1);
  }
  pool.thresholds = thresholdsOf(pool.service, pool.sums.total);
}

/** New weights of the configuration take effect; who is not configured any more is left alone. */
function weighAgain(core: Core, nowMs: number): void {
  const cause: Cause = { kind: 'config', atMs: nowMs };
  for (const key of core.weights.keys()) {
    const ipvs = core.graph.targets.get(key)?.ipvs ?? null;
    if (ipvs === null && core.weights.delete(key)) core.draft.changedWeights.add(key);
  }
  for (const pool of core.falling) pool.ipvs?.waiting.clear();
  for (const pool of core.graph.pools.values()) {
    const { ipvs } = pool;
    if (ipvs === null) continue;
    ipvs.unready = 0;
    for (const server of pool.servers) {
      if (server.ipvs?.isReady === false) ipvs.unready += 1;
      touchWeight(core, server, cause);
    }
  }
}

/** Whether or not we had an opinion: what nobody configures any more should not be there. */
function dropRoutes(core: Core, before: Graph, nowMs: number): void {
  const cause: Cause = { kind: 'config', atMs: nowMs };
  for (const [key, entry] of before.routes) {
    if (core.graph.routes.has(key)) continue;
    stopWaiting(core, entry);
    if (entry.state === 'withdrawn') continue;
    withdrawNow(core, entry, { cause, because: 'no longer configured' }, nowMs);
  }
}
