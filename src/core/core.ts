import type { Notice } from '../model/notice.ts';
import type {
  Cause,
  Decision,
  HealthChange,
  RouteIntent,
  Shares,
  WeightDecision,
  WeightIntent,
} from '../model/turn.ts';
import type { Deadlines, Due } from './deadlines.ts';
import type { Maintenance } from './drains/maintenance.ts';
import type { Graph } from './graph.ts';
import type { Pool } from './health/pool.ts';
import type { Startup } from './health/startup.ts';
import type { IpvsServer } from './ipvs/ipvs-server.ts';
import type { Budget } from './routes/budget.ts';
import type { RouteEntry } from './routes/entry.ts';
import type { Target } from './settle/target.ts';

/**
 * The whole state of the core: plain Maps and objects that each turn changes in place. The core is
 * pure in this sense: it does no input or output and reads no clock; the time is always an argument.
 */
export interface Core {
  graph: Graph;
  /** One queue for everything that has a time: delays, damping, lost observers, start, drains, budget. */
  readonly deadlines: Deadlines<Timed>;
  /** The routes as they should be, by key. A key that was ever decided stays. */
  readonly intents: Map<string, RouteIntent>;
  /** The weights as they should be, by real server's key. */
  readonly weights: Map<string, WeightIntent>;
  /** What services and servers can take at present: a live view for the sinks. */
  readonly shares: Shares;
  /** Services with servers whose weight falls at the end of the turn, or after a withdraw. */
  readonly falling: Set<Pool>;
  readonly ipvs: IpvsState;
  /** Drains in force, by name. A reload may add what a name stands for later. */
  readonly drains: Map<string, Maintenance>;
  /** Services whose connections a drain waits for. */
  watched: ReadonlySet<string>;
  budget: Budget;
  readonly budgetTimer: BudgetTimer;
  /** Withdraws that wait for `max_withdraw`, in the order in which they will be made. */
  readonly held: Map<RouteEntry, Reason>;
  /** How many were held when that was logged last. */
  heldLogged: number;
  /** A stop was asked for; it begins with the next turn. */
  isStopAsked: boolean;
  isStopping: boolean;
  /** Routes that are announced as going away. */
  readonly draining: Set<RouteEntry>;
  readonly work: Work;
  draft: Draft;
  /** Turns taken: while this is the same, so is everything else. */
  turns: number;
}

/** What was touched since the last turn, each at most once. */
interface Work {
  signals: Target[];
  pools: Pool[];
  weighed: Pool[];
  routes: RouteEntry[];
  /** The root of changes that no observation caused: of a control, or of a deadline. */
  cause: Cause | null;
}

interface BudgetTimer extends Due {
  readonly kind: 'budget';
}

export type Timed = Target | Startup | RouteEntry | BudgetTimer | IpvsServer | Maintenance;

/** Whether the IPVS table can be read and written. */
interface IpvsState {
  state: 'connected' | 'lost' | 'off';
  /** The table was not read yet, and `startup_timeout` has not passed: base weights may still arrive. */
  isAwaited: boolean;
  /** `ipvs_unconfirmed` was logged since the last connection. */
  isUnconfirmedLogged: boolean;
}

/** Why something is decided: the root, and a sentence for operators. */
export interface Reason {
  readonly cause: Cause;
  readonly because: string;
}

/** What the present turn has changed so far. */
interface Draft {
  readonly changes: HealthChange[];
  readonly decisions: Decision[];
  readonly weightDecisions: WeightDecision[];
  readonly notices: Notice[];
  readonly changed: Set<string>;
  readonly changedWeights: Set<string>;
  /** Announces that did not wait for their weights any longer. */
  readonly unconfirmed: string[];
}

export function emptyDraft(): Draft {
  return {
    changes: [],
    decisions: [],
    weightDecisions: [],
    notices: [],
    changed: new Set(),
    changedWeights: new Set(),
    unconfirmed: [],
  };
}
