import type { Drain } from './drain.ts';
import type { Observation } from './observation.ts';
import type { Notice } from './notice.ts';
import type { RouteAttributes, RouteIdentity } from './route.ts';

export type Health = 'up' | 'down' | 'unknown';

/** What lies at the root of a change. */
export type Cause =
  | { readonly kind: 'observation'; readonly observation: Observation }
  /** `startup_timeout` passed, so `unknown` counts as down. */
  | { readonly kind: 'startup-timeout'; readonly atMs: number }
  /** The withdraw budget of `max_withdraw` has room again. */
  | { readonly kind: 'budget'; readonly atMs: number }
  | { readonly kind: 'config'; readonly atMs: number }
  /** Maintenance began, was ended, or expired. */
  | {
      readonly kind: 'drain';
      readonly change: 'begun' | 'ended' | 'expired';
      readonly drain: Drain;
      readonly atMs: number;
    }
  /** The IPVS table was read: a base weight is known now, or a server that was missing is there. */
  | { readonly kind: 'table'; readonly atMs: number }
  | { readonly kind: 'stop'; readonly atMs: number };

/** One settled change of a signal, a real server's check or a service. */
export interface HealthChange {
  readonly name: string;
  readonly from: Health;
  readonly to: Health;
  readonly reason: string;
  readonly atMs: number;
  readonly cause: Cause;
}

/** `pending`: no decision yet. `held`: a withdraw waits for the budget. */
export type RouteState = 'pending' | 'announced' | 'withdrawn' | 'draining' | 'held';

/** One change of what should be, with the chain that leads to it. */
export interface Decision {
  readonly route: RouteIdentity;
  readonly from: RouteState;
  readonly to: RouteState;
  /** `null` where the route is not announced. */
  readonly attributes: RouteAttributes | null;
  /** `web is down (0 of 2 servers up); tor-a is up`. */
  readonly because: string;
  readonly atMs: number;
  readonly cause: Cause;
}

export type RouteIntent =
  | {
      readonly kind: 'announce';
      readonly route: RouteIdentity;
      readonly attributes: RouteAttributes;
      readonly cause: Cause;
    }
  | { readonly kind: 'withdraw'; readonly route: RouteIdentity; readonly cause: Cause };

/** One change of what a real server's weight should be, with the chain that leads to it. */
export interface WeightDecision {
  /** The real server's key. */
  readonly server: string;
  readonly service: string;
  /** `null`: there was no opinion before. */
  readonly from: number | 'removed' | null;
  readonly to: number | 'removed';
  /** `down: refused`, `slow start, 40% of 200`. */
  readonly because: string;
  readonly atMs: number;
  readonly cause: Cause;
}

/** What a real server's weight in the IPVS table should be. */
export interface WeightIntent {
  readonly server: string;
  readonly service: string;
  /** `removed`: taken out of the table, to be added again exactly as it was. */
  readonly weight: number | 'removed';
  readonly cause: Cause;
}

/**
 * What should be, whole. A key that is missing means "no opinion yet": leave what is there.
 *
 * `routes` and `weights` are live views that the core keeps up to date; read them when the turn
 * arrives. `changed` and `changedWeights` name what differs from the turn before, so that a sink
 * need not compare ten thousand routes to find one.
 */
export interface Intents {
  readonly routes: ReadonlyMap<string, RouteIntent>;
  readonly changed: readonly string[];
  /** By real server's key; none without an IPVS output. */
  readonly weights: ReadonlyMap<string, WeightIntent>;
  readonly changedWeights: readonly string[];
  /** Services whose active connections a drain waits for: report them each second. */
  readonly watched: ReadonlySet<string>;
  readonly shares: Shares;
}

/** What is left of things now. A live view, as the routes are. */
export interface Shares {
  /**
   * How much of its whole weight a service or a real server can take, 0 to 100: a server that
   * is down or drained does not count, one that reports less counts less; a slow start counts in full. Above 0 it is
   * at least 1. `null`: no such name, or it has no weight.
   */
  percentOf(name: string): number | null;
}

/** All that follows from the observations of one instant. */
export interface Turn {
  readonly atMs: number;
  readonly changes: readonly HealthChange[];
  readonly decisions: readonly Decision[];
  readonly weightDecisions: readonly WeightDecision[];
  /** For the operator: `5 withdraws held by max_withdraw`. */
  readonly notices: readonly Notice[];
  readonly intents: Intents;
}
