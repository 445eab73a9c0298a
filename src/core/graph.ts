import type { SettleRules } from '../model/check.ts';
import type { Config } from '../model/config.ts';
import type { Rule } from '../model/rule.ts';
import { checkVerdictMs, signalVerdictMs } from '../model/first-verdict.ts';
import { tableServerOf, tableServiceOf } from './weights/table.ts';
import {
  createPool,
  createRoute,
  createTarget,
  type Dependent,
  type Epoch,
  type Pool,
  type RouteEntry,
  type Target,
} from './nodes.ts';
import { namesOf } from './health/rule.ts';
import { sameAttributes } from './routes/route.ts';

export interface Graph {
  readonly config: Config;
  /** Signals and real servers, by key. */
  readonly targets: ReadonlyMap<string, Target>;
  readonly pools: ReadonlyMap<string, Pool>;
  readonly routes: ReadonlyMap<string, RouteEntry>;
}

/** Joins a configuration by name. What `before` has under the same name keeps its state. */
export function buildGraph(config: Config, before: Graph | null, epoch: Epoch): Graph {
  const targets = new Map<string, Target>();
  const keepTarget = (key: string, settle: SettleRules, verdictMs: number): Target => {
    const target = before?.targets.get(key) ?? createTarget(key, settle, epoch);
    target.order = targets.size;
    target.firstVerdictMs = Math.max(config.startupTimeoutMs, verdictMs);
    target.dependents = null;
    targets.set(key, target);
    return target;
  };
  for (const signal of config.signals) {
    keepTarget(signal.name, signal.settle, signalVerdictMs(signal)).pool = null;
  }
  const pools = new Map<string, Pool>();
  for (const service of config.services) {
    const pool = before?.pools.get(service.name) ?? createPool(service, epoch.startMs);
    pool.service = service;
    pool.dependents = [];
    pool.routes = [];
    pool.ipvs = config.ipvs.via === 'off' || service.virtual === null ? null : tableServiceOf(pool);
    pool.servers = service.realServers.map((server) => {
      const target = keepTarget(server.key, server.check.settle, checkVerdictMs(server.check));
      target.pool = pool;
      target.ipvs = tableServerOf(target, pool, server.weight);
      return target;
    });
    pools.set(service.name, pool);
  }
  const routes = new Map<string, RouteEntry>();
  for (const route of config.routes) {
    const entry = before?.routes.get(route.key) ?? createRoute(route, epoch);
    entry.order = routes.size;
    entry.isRewritten = !sameAttributes(entry.route.attributes, route.attributes);
    // Before the links below: they follow the new rule.
    entry.route = route;
    routes.set(route.key, entry);
  }
  const graph = { config, targets, pools, routes };
  orderPools(graph);
  linkDependents(graph);
  return graph;
}

function linkDependents(graph: Graph): void {
  const link = (rule: Rule, dependent: Dependent): void => {
    for (const name of namesOf(rule)) {
      const pool = graph.pools.get(name);
      if (pool !== undefined) {
        // A circle of services is the configuration's to refuse; here it must not spin.
        if (dependent.kind === 'route' || dependent.order > pool.order) {
          pool.dependents.push(dependent);
        }
      } else {
        const target = graph.targets.get(name);
        if (target !== undefined) (target.dependents ??= []).push(dependent);
      }
    }
  };
  for (const pool of graph.pools.values()) {
    if (pool.service.validWhen !== null) link(pool.service.validWhen, pool);
  }
  for (const entry of graph.routes.values()) {
    link(entry.route.when, entry);
    for (const pool of poolsOf(graph, entry.route.when)) pool.routes.push(entry);
  }
}

/** Services that a rule relies on, be it through one of their servers, each once. */
export function poolsOf(graph: Graph, rule: Rule): ReadonlySet<Pool> {
  const pools = new Set<Pool>();
  for (const name of namesOf(rule)) {
    const pool = graph.pools.get(name) ?? graph.targets.get(name)?.pool ?? null;
    if (pool !== null) pools.add(pool);
  }
  return pools;
}

/**
 * By `valid_when`, depth first, and without recursion: a chain may be as long as the file.
 * The configuration has no circles; one would only end the descent.
 */
function orderPools(graph: Graph): void {
  const seen = new Set<Pool>();
  const placed = new Set<Pool>();
  for (const start of graph.pools.values()) {
    const path = [start];
    for (let pool = path.at(-1); pool !== undefined; pool = path.at(-1)) {
      const isNew = !seen.has(pool);
      seen.add(pool);
      const needed = isNew ? neededBy(graph, pool).filter((one) => !seen.has(one)) : [];
      if (needed.length > 0) path.push(...needed);
      else {
        path.pop();
        if (!placed.has(pool)) pool.order = placed.size;
        placed.add(pool);
      }
    }
  }
}

/** Services that `valid_when` names, be it through one of their servers. */
function neededBy(graph: Graph, pool: Pool): readonly Pool[] {
  return pool.service.validWhen === null ? [] : [...poolsOf(graph, pool.service.validWhen)];
}
