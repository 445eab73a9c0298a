import type { Config } from '../model/config.ts';
import { checkVerdictMs, signalVerdictMs } from '../model/first-verdict.ts';
import type { Route } from '../model/route.ts';
import type { Rule } from '../model/rule.ts';
import type { RealServer, Service } from '../model/service.ts';
import type { SettleRules } from '../model/check.ts';
import { expected } from './expected.ts';
import { poolsOf } from './health/lookup.ts';
import { createPool, type Pool } from './health/pool.ts';
import { namesOf } from './health/rule.ts';
import type { Startup } from './health/startup.ts';
import { createTableServer } from './ipvs/ipvs-server.ts';
import { createTableService } from './ipvs/ipvs-service.ts';
import { createRoute, setRoute, type RouteEntry } from './routes/entry.ts';
import { createTarget, type Target } from './settle/target.ts';
import type { Writable } from './writable.ts';

/** A configuration as objects that refer to each other: what the core works on. */
export interface Graph {
  readonly config: Config;
  /** Signals and real servers, by key. */
  readonly targets: ReadonlyMap<string, Target>;
  readonly pools: ReadonlyMap<string, Pool>;
  readonly routes: ReadonlyMap<string, RouteEntry>;
}

/** What has a rule that names others. */
export type Dependent = Pool | RouteEntry;

type NewTarget = Writable<
  Target,
  'order' | 'settle' | 'firstVerdictMs' | 'dependents' | 'pool' | 'configuredWeight' | 'ipvs'
>;
type NewPool = Writable<Pool, 'order' | 'service' | 'servers' | 'dependents' | 'routes' | 'ipvs'>;

/** Builds the graph of a configuration. What `before` has under the same name keeps its state. */
export function buildGraph(config: Config, before: Graph, startup: Startup): Graph {
  const targets = new Map<string, Target>();
  const pools = new Map<string, Pool>();
  const routes = new Map<string, RouteEntry>();
  const graph = { config, targets, pools, routes };
  const addTarget = (key: string, settle: SettleRules, verdictMs: number): NewTarget => {
    const target: NewTarget = before.targets.get(key) ?? createTarget(key, settle, startup);
    target.order = targets.size;
    target.settle = settle;
    target.firstVerdictMs = Math.max(config.startupTimeoutMs, verdictMs);
    target.dependents = null;
    targets.set(key, target);
    return target;
  };
  for (const signal of config.signals) {
    setServer(addTarget(signal.name, signal.settle, signalVerdictMs(signal)), null, null);
  }
  for (const service of config.services) {
    const pool = before.pools.get(service.name) ?? createPool(service, startup.startMs);
    setService(pool, service, config);
    setServers(pool, service.realServers, ({ key, check, weight }) => {
      const target = addTarget(key, check.settle, checkVerdictMs(check));
      setServer(target, pool, weight);
      return target;
    });
    pools.set(service.name, pool);
  }
  for (const route of config.routes) addRoute(routes, route, before, startup);
  orderPools(graph);
  linkDependents(graph);
  return graph;
}

function setServer(target: NewTarget, pool: Pool | null, weight: number | null): void {
  target.pool = pool;
  target.configuredWeight = weight;
  const isInIpvs = pool !== null && pool.ipvs !== null;
  target.ipvs = isInIpvs ? (target.ipvs ?? createTableServer(target)) : null;
}

function setService(pool: NewPool, service: Service, { ipvs }: Config): void {
  pool.service = service;
  pool.dependents = [];
  pool.routes = [];
  const isInIpvs = ipvs.via !== 'off' && service.virtual !== null;
  pool.ipvs = isInIpvs ? (pool.ipvs ?? createTableService()) : null;
}

function setServers(
  pool: NewPool,
  servers: readonly RealServer[],
  add: (server: RealServer) => Target,
): void {
  pool.servers = servers.map(add);
}

function addRoute(
  routes: Map<string, RouteEntry>,
  route: Route,
  before: Graph,
  startup: Startup,
): void {
  const kept = before.routes.get(route.key);
  const entry = kept ?? createRoute(route, routes.size, startup);
  // Before the links are made: they follow the new rule.
  setRoute(entry, route, routes.size);
  routes.set(route.key, entry);
}

function linkDependents(graph: Graph): void {
  for (const pool of graph.pools.values()) {
    if (pool.service.validWhen !== null) link(graph, pool.service.validWhen, pool);
  }
  for (const entry of graph.routes.values()) {
    link(graph, entry.route.when, entry);
    for (const pool of poolsOf(graph, entry.route.when)) pool.routes.push(entry);
  }
}

function link(graph: Graph, rule: Rule, dependent: Dependent): void {
  for (const name of namesOf(rule)) {
    const pool = graph.pools.get(name);
    const target = graph.targets.get(name);
    if (pool !== undefined) {
      // The configuration refuses circles of services; one must not loop without end.
      if (dependent.kind === 'route' || dependent.order > pool.order)
        pool.dependents.push(dependent);
    } else addDependent(expected(target, 'a target in a rule', name), dependent);
  }
}

function addDependent(target: NewTarget, dependent: Dependent): void {
  (target.dependents ??= []).push(dependent);
}

/**
 * Numbers the services by `valid_when`, depth first, and without recursion: a chain may be as long as the file.
 * The configuration refuses circles; one would only end the descent.
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
        if (!placed.has(pool)) setOrder(pool, placed.size);
        placed.add(pool);
      }
    }
  }
}

function setOrder(pool: NewPool, order: number): void {
  pool.order = order;
}

/** Services that `valid_when` names, directly or through one of their servers. */
function neededBy(graph: Graph, pool: Pool): readonly Pool[] {
  return pool.service.validWhen === null ? [] : [...poolsOf(graph, pool.service.validWhen)];
}
