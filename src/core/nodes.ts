import type { SettleRules } from '../model/check.ts';
import type { PendingCheckpoint } from '../model/checkpoint.ts';
import type { Drain } from '../model/drain.ts';
import type { Observation } from '../model/observation.ts';
import type { Route, RouteAttributes } from '../model/route.ts';
import type { BaseWeight } from '../model/report.ts';
import type { Service } from '../model/service.ts';
import type { Cause, Health, RouteState } from '../model/turn.ts';
import type { Due } from './deadlines.ts';
import { emptySums, type Sums, type Thresholds } from './health/pool.ts';
import { unsettled, type SettleState } from './settle/settle.ts';

/** Things that were configured together share one `startup_timeout`. */
export interface Epoch extends Due {
  readonly kind: 'epoch';
  readonly startMs: number;
  readonly dueMs: number;
  isOver: boolean;
}

/** What observations are about: a signal, or one real server's check. One each, so kept small. */
export interface Target extends Due {
  readonly kind: 'target';
  readonly key: string;
  /** The place in the file: work is done in this order, whatever order observations came in. */
  order: number;
  settle: SettleRules;
  state: SettleState;
  epoch: Epoch;
  /** `null` for a signal. */
  pool: Pool | null;
  /** Its share of the whole service: its base weight, or 1 while none is known. */
  weight: number;
  /** Its share while it is up: the base weight by what the server says it can take. */
  live: number;
  /** What it says it can take, percent: the newest word of any of its results. */
  percent: number;
  /** Its place in the kernel's table; `null` where there is no IPVS. */
  ipvs: TableServer | null;
  /** Observations of this instant; `null` while there are none. */
  queue: Observation[] | null;
  isTouched: boolean;
  /** What its first verdict may take, from its start on: intervals, rise and fall, or `stale_after`. */
  firstVerdictMs: number;
  /** What a start found in place and says of it. */
  before: StateAtStart;
  /** Not judged until then it counts as gone; for what was in place when we started. */
  overdueAtMs: number;
  /** What was counted when that was put off last. */
  waitedForRun: number;
  /** Never judged, and its time has passed. */
  isOverdue: boolean;
  /** A delay that ran when we were restarted: it goes on if the first result agrees with it. */
  pending: PendingCheckpoint | null;
  resumed: Resumed<'up'> | null;
  /** What names this target in a rule; `null` for nearly all of them. */
  dependents: Dependent[] | null;
}

/** What it was before a restart, and since when: for as long as it is the same again. */
export interface Resumed<State> {
  readonly to: State;
  readonly sinceMs: number;
}

/** Since when it is what it is now at `atMs`. */
export function sinceOf<State>(resumed: Resumed<State> | null, to: State, atMs: number): number {
  return resumed?.to === to ? resumed.sinceMs : atMs;
}

/** `named`: something in place depends on it; `up`: that could only be so while it was up. */
export type StateAtStart = 'nothing' | 'named' | 'up';

/** A service: its servers as a pool. */
export interface Pool {
  readonly kind: 'pool';
  readonly name: string;
  /** A service that `valid_when` names comes before the one that names it. */
  order: number;
  service: Service;
  servers: readonly Target[];
  sums: Sums;
  thresholds: Thresholds;
  health: Health;
  /** The last health known: hysteresis remembers it through `unknown`. */
  wasUp: boolean;
  sinceMs: number;
  /** Until it is known for the first time. */
  resumed: Resumed<Health> | null;
  /** The root of the last change of its health. */
  cause: Cause | null;
  isValid: boolean;
  /** Its drain has come to its servers: none of them takes new connections. */
  isEmptied: boolean;
  isTouched: boolean;
  touchedServers: Target[];
  dependents: Dependent[];
  /** Routes whose rules name the service or one of its servers, in the order of the file. */
  routes: RouteEntry[];
  /** `null` where there is no IPVS. */
  ipvs: TableServiceState | null;
}

/** A weight in the kernel's table; `removed`: taken out of it. */
export type Weight = number | 'removed';

/** One real server's place in the kernel's table: what should be there, and what is known of it. */
export interface TableServer extends Due {
  readonly kind: 'slow-start';
  readonly server: Target;
  /** The configuration's weight; `null`: the table's. */
  configured: number | null;
  /** The table's base weight; `null` while none was read. */
  found: BaseWeight | null;
  /** What follows from health and rules; `null`: no opinion yet. */
  wanted: Weight | null;
  /** What the intents say: `wanted`, but for a fall that waits for its withdraw. */
  intended: Weight | null;
  /** What was read back since it was intended; `null`: nothing. */
  confirmed: Weight | null;
  /** The table lacks it. */
  isMissing: boolean;
  /** Nothing of it is left to be confirmed. */
  isReady: boolean;
  /** Never judged, and `startup_timeout` has passed. */
  countsDown: boolean;
  /** Failed and taken out of the pool; one that failed without it is kept by `min_pooled`. */
  isDepooled: boolean;
  /** When it recovered, while it starts slowly; Infinity otherwise. */
  slowFromMs: number;
  /** Why `wanted` is what it is. */
  cause: Cause | null;
  /** Why it is to be weighed: the cause, if anything comes of it. */
  touchedBy: Cause | null;
  /** `null` while nobody has counted. */
  activeConnections: number | null;
  isTouched: boolean;
}

/** One service's place in the kernel's table. */
export interface TableServiceState {
  /** The table lacks it: whatever is announced for it goes nowhere. */
  isMissing: boolean;
  /** How many of its servers are not ready. */
  unready: number;
  /** To be weighed in this turn. */
  touched: TableServer[];
  isTouched: boolean;
  /** Servers whose fall to 0 waits for a withdraw. */
  readonly waiting: Set<TableServer>;
  /** Of all its servers that were counted, at `countedAtMs`. */
  activeConnections: number;
  /** -Infinity while nobody has counted. */
  countedAtMs: number;
}

/** A change that reached a route in this turn. */
interface Touch {
  readonly name: string;
  readonly cause: Cause;
}

export interface RouteEntry extends Due {
  readonly kind: 'route';
  route: Route;
  order: number;
  state: RouteState;
  /** As announced now, `null` where it is not by us. */
  attributes: RouteAttributes | null;
  /** A sink found it in place before we decided anything. */
  isAdopted: boolean;
  /** A reload changed what it should look like, so even `unknown` is announced anew. */
  isRewritten: boolean;
  epoch: Epoch;
  isTouched: boolean;
  touches: Touch[];
  sinceMs: number;
  /** Until it is decided for the first time. */
  resumed: Resumed<RouteState> | null;
  /** In words, why it is as it is; of the last decision, or what it waits for. */
  because: string;
  /** The root of the last decision. */
  cause: Cause | null;
  /** The root of an announce that waits. */
  wantedBy: Cause | null;
  /** When its announce was wanted first, Infinity while none waits for weights. */
  waitsSinceMs: number;
  /** It waits for a service that the kernel does not have. */
  isBlocked: boolean;
  /** When it stops waiting for them; Infinity while it does not wait, or waits for good. */
  waitUntilMs: number;
  /** Its withdraw was not handed to ExaBGP yet: weights wait for it, but not longer than until then. */
  unsentUntilMs: number;
  /** Why it drains, or did last. */
  drainFor: { readonly who: string; readonly cause: Cause } | null;
  drainSinceMs: number;
  /** When its drain ends, Infinity while it does not drain. */
  drainUntilMs: number;
}

/** A drain that is in force. Its name need not exist yet: a reload may bring it. */
export interface Maintenance extends Due {
  readonly kind: 'maintenance';
  readonly drain: Drain;
}

export type Dependent = Pool | RouteEntry;

export function createTarget(key: string, settle: SettleRules, epoch: Epoch): Target {
  return {
    kind: 'target',
    key,
    order: 0,
    settle,
    state: unsettled(epoch.startMs),
    epoch,
    pool: null,
    weight: 1,
    live: 1,
    percent: 100,
    ipvs: null,
    queue: null,
    isTouched: false,
    firstVerdictMs: 0,
    before: 'nothing',
    overdueAtMs: epoch.dueMs,
    waitedForRun: 0,
    isOverdue: false,
    pending: null,
    resumed: null,
    dependents: null,
    slot: -1,
  };
}

export function createPool(service: Service, sinceMs: number): Pool {
  return {
    kind: 'pool',
    name: service.name,
    order: 0,
    service,
    servers: [],
    sums: emptySums(),
    thresholds: { rise: 1, fall: 1 },
    health: 'unknown',
    wasUp: false,
    sinceMs,
    resumed: null,
    cause: null,
    isValid: false,
    isEmptied: false,
    isTouched: false,
    touchedServers: [],
    dependents: [],
    routes: [],
    ipvs: null,
  };
}

export function createRoute(route: Route, epoch: Epoch): RouteEntry {
  return {
    kind: 'route',
    route,
    order: 0,
    state: 'pending',
    attributes: null,
    isAdopted: false,
    isRewritten: false,
    epoch,
    isTouched: false,
    touches: [],
    sinceMs: epoch.startMs,
    resumed: null,
    because: 'no decision yet',
    cause: null,
    wantedBy: null,
    waitsSinceMs: Infinity,
    isBlocked: false,
    waitUntilMs: Infinity,
    unsentUntilMs: Infinity,
    drainFor: null,
    drainSinceMs: -Infinity,
    drainUntilMs: Infinity,
    slot: -1,
  };
}
