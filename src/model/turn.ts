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
  /** In words: `web is down (0 of 2 servers up); tor-a is up`. */
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

/**
 * What should be, whole. A key that is missing means "no opinion yet": leave what is there.
 *
 * `routes` is a live view that the core keeps up to date; read it when the turn
 * arrives. `changed` names what differs from the turn before, so that a sink
 * need not compare ten thousand routes to find one.
 */
export interface Intents {
  readonly routes: ReadonlyMap<string, RouteIntent>;
  readonly changed: readonly string[];
}

/** All that follows from the observations of one instant. */
export interface Turn {
  readonly atMs: number;
  readonly changes: readonly HealthChange[];
  readonly decisions: readonly Decision[];
  /** Things the operator should be told: `5 withdraws held by max_withdraw`. */
  readonly notices: readonly Notice[];
  readonly intents: Intents;
}
