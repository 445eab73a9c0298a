import type { Route, RouteAttributes } from '../../model/route.ts';
import type { Cause, RouteState } from '../../model/turn.ts';
import type { Due } from '../deadlines.ts';
import type { Startup } from '../health/startup.ts';
import type { Reason } from '../core.ts';
import type { Resumed } from '../settle/since.ts';
import type { Writable } from '../writable.ts';
import { sameAttributes } from './attributes.ts';

/** A change of a name in the rule of a route. */
export interface Touch {
  readonly name: string;
  readonly cause: Cause;
}

/** A configured route: what is decided about it, and what it waits for. */
export interface RouteEntry extends Due {
  readonly kind: 'route';
  readonly route: Route;
  readonly order: number;
  readonly state: RouteState;
  /** As we announce it at present; `null` where we do not. */
  readonly attributes: RouteAttributes | null;
  /** A sink found it in place before we decided anything. */
  readonly isAdopted: boolean;
  /** A reload changed its attributes, so even while its rule is unknown it is announced again. */
  readonly isRewritten: boolean;
  readonly startup: Startup;
  readonly isTouched: boolean;
  readonly touches: Touch[];
  readonly sinceMs: number;
  /** Until the first decision. */
  readonly resumed: Resumed<RouteState> | null;
  /** Why it is in its state, as of the last decision; or what its announce waits for. */
  readonly because: string;
  /** The root of the last decision. */
  readonly cause: Cause | null;
  /** The root of an announce that waits. */
  readonly wantedBy: Cause | null;
  /** When its announce was wanted first; Infinity while none waits for weights. */
  readonly waitsSinceMs: number;
  /** Its announce waits for a service that the IPVS table does not have. */
  readonly isBlocked: boolean;
  /** When its announce stops waiting; Infinity while it does not wait, or waits without a limit. */
  readonly waitUntilMs: number;
  /** Weights wait until its withdraw was handed to ExaBGP, but not longer than this; Infinity: it was. */
  readonly unsentUntilMs: number;
  /** Why it drains, or drained last. */
  readonly drainFor: Reason | null;
  readonly drainSinceMs: number;
  /** When its drain ends; Infinity while it does not drain. */
  readonly drainUntilMs: number;
}

export function createRoute(route: Route, order: number, startup: Startup): RouteEntry {
  return {
    kind: 'route',
    route,
    order,
    state: 'pending',
    attributes: null,
    isAdopted: false,
    isRewritten: false,
    startup,
    isTouched: false,
    touches: [],
    sinceMs: startup.startMs,
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

type Configured = Writable<RouteEntry, 'route' | 'order' | 'isRewritten'>;

/** Takes over the route of a new configuration. */
export function setRoute(entry: Configured, route: Route, order: number): void {
  entry.isRewritten = !sameAttributes(entry.route.attributes, route.attributes);
  entry.route = route;
  entry.order = order;
}

/** It was decided with its new attributes. */
export function clearRewritten(entry: Configured): void {
  entry.isRewritten = false;
}
