import type { Rule } from '../model/rule.ts';
import type { Notice } from '../model/notice.ts';
import type {
  Cause,
  Decision,
  Health,
  HealthChange,
  RouteIntent,
  Shares,
  WeightDecision,
  WeightIntent,
} from '../model/turn.ts';
import type { Budget } from './routes/budget.ts';
import type { Deadlines, Due } from './deadlines.ts';
import type { Graph } from './graph.ts';
import type {
  Dependent,
  Epoch,
  Maintenance,
  Pool,
  RouteEntry,
  TableServer,
  Target,
} from './nodes.ts';
import { capacityPercent } from './health/pool.ts';
import { capacityOf, evaluate } from './health/rule.ts';
import { countedHealth, isPresent } from './settle/settle.ts';

/** Everything the core knows: plain Maps that a turn works on. Nothing here reads a clock. */
export interface Core {
  graph: Graph;
  /** The one queue of everything that waits: delays, reuse, lost observers, start, drain, budget. */
  readonly deadlines: Deadlines<Timed>;
  /** What should be. A key that was ever decided stays, so that nothing is left behind. */
  readonly intents: Map<string, RouteIntent>;
  /** The same for weights, by real server's key. */
  readonly weights: Map<string, WeightIntent>;
  /** What is left of services and servers, for whoever has the turn. */
  readonly shares: Shares;
  /** Services with servers whose fall waits for the end of the turn, or for a withdraw. */
  readonly falling: Set<Pool>;
  readonly ipvs: KernelLink;
  /** Drains that are in force, by name: of things that exist, and of those that may come. */
  readonly drains: Map<string, Maintenance>;
  /** Services whose connections a drain waits for. */
  watched: ReadonlySet<string>;
  budget: Budget;
  readonly budgetTimer: BudgetTimer;
  /** Withdraws that are wanted and not made yet, in the order they will be. */
  readonly held: Map<RouteEntry, Reason>;
  /** How many were held when the operator was last told. */
  heldNoticed: number;
  isStopping: boolean;
  readonly draining: Set<RouteEntry>;
  /** Asked for, to be begun in the next turn. */
  isStopAsked: boolean;
  /** Touched since the last turn, each at most once. */
  readonly work: {
    signals: Target[];
    pools: Pool[];
    weighed: Pool[];
    routes: RouteEntry[];
    /** The root of what no observation did: a control, or a deadline of this instant. */
    cause: Cause | null;
  };
  draft: Draft;
  /** Turns taken: while it stays the same, so does all the core knows. */
  turns: number;
}

interface BudgetTimer extends Due {
  readonly kind: 'budget';
}

type Timed = Target | Epoch | RouteEntry | BudgetTimer | TableServer | Maintenance;

/** What is known of the way to the kernel's table. */
interface KernelLink {
  state: 'connected' | 'lost' | 'off';
  /** Base weights may still come: they are not known, and `startup_timeout` has not passed. */
  isAwaited: boolean;
  isUnconfirmedTold: boolean;
}

/** Why something is done: the root for machines, the words for people. */
export interface Reason {
  readonly cause: Cause;
  readonly because: string;
}

/** The turn in the making. */
interface Draft {
  changes: HealthChange[];
  decisions: Decision[];
  notices: Notice[];
  readonly changed: Set<string>;
  weightDecisions: WeightDecision[];
  readonly changedWeights: Set<string>;
  isWatchedChanged: boolean;
  /** Announced in this turn without waiting any longer. */
  unconfirmed: string[];
}

export function emptyDraft(): Draft {
  return {
    changes: [],
    decisions: [],
    notices: [],
    changed: new Set(),
    weightDecisions: [],
    changedWeights: new Set(),
    isWatchedChanged: false,
    unconfirmed: [],
  };
}

/** The health of a name as rules count it. The configuration refuses names that do not exist. */
export function healthOfName(core: Core, name: string): Health {
  const pool = core.graph.pools.get(name);
  if (pool !== undefined) return pool.health;
  const target = core.graph.targets.get(name);
  return target === undefined ? 'unknown' : countedHealth(target.state, target.settle);
}

export function healthOfRule(core: Core, rule: Rule): Health {
  return evaluate(rule, (name) => healthOfName(core, name));
}

export function capacityOfRule(core: Core, rule: Rule): number {
  return capacityOf(rule, (name) => {
    const pool = core.graph.pools.get(name);
    if (pool !== undefined) return capacityPercent(pool.sums);
    const target = core.graph.targets.get(name);
    if (target === undefined) return 0;
    return isPresent(target.state, target.settle, target.isOverdue) ? 100 : 0;
  });
}

/** Marks a target for the coming turn: a signal by itself, a server through its pool. */
export function touchTarget(core: Core, target: Target): void {
  if (target.isTouched) return;
  target.isTouched = true;
  if (target.pool === null) core.work.signals.push(target);
  else {
    target.pool.touchedServers.push(target);
    touchPool(core, target.pool);
  }
}

export function touchPool(core: Core, pool: Pool): void {
  if (pool.isTouched) return;
  pool.isTouched = true;
  core.work.pools.push(pool);
}

/** Marks a server to be weighed in this turn, and says why. Nothing where there is no IPVS. */
export function touchWeight(core: Core, server: Target, cause: Cause): void {
  const { ipvs, pool } = server;
  if (ipvs === null || pool === null || pool.ipvs === null) return;
  ipvs.touchedBy = cause;
  if (ipvs.isTouched) return;
  ipvs.isTouched = true;
  pool.ipvs.touched.push(ipvs);
  if (pool.ipvs.isTouched) return;
  pool.ipvs.isTouched = true;
  core.work.weighed.push(pool);
}

export function touchRoute(core: Core, entry: RouteEntry): void {
  if (entry.isTouched) return;
  entry.isTouched = true;
  core.work.routes.push(entry);
}

/** Tells those whose rules name it. A change of capacity alone matters to `degrade` only. */
export function touchDependents(
  core: Core,
  dependents: readonly Dependent[] | null,
  name: string,
  cause: Cause,
  isCapacityOnly: boolean,
): void {
  if (dependents === null) return;
  for (const dependent of dependents) {
    if (dependent.kind === 'pool') {
      if (!isCapacityOnly) touchPool(core, dependent);
    } else if (!isCapacityOnly || dependent.route.degrade.length > 0) {
      dependent.touches.push({ name, cause });
      touchRoute(core, dependent);
    }
  }
}
