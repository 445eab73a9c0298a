import type { RouteIdentity } from '../../model/route.ts';
import type { Cause } from '../../model/turn.ts';
import type { RouteChange } from '../../protocol/exabgp/encode.ts';

/** What should be for one route, and whether it is known to be so. */
export interface WantedRoute extends RouteChange {
  /** `ABSENT`, or the print of the attributes. */
  readonly fingerprint: string;
  readonly cause: Cause;
  /** Whether it was reported as confirmed. */
  isConfirmed: boolean;
}

/** One line that was written and what it was about. */
export interface WrittenLine {
  readonly text: string;
  /** `poke`: asks for a header that tells how far ExaBGP is. */
  readonly kind: 'announce' | 'withdraw' | 'poke';
  readonly wants: readonly WantedRoute[];
  readonly sentAtMs: number;
  /** Reported as unanswered already; its answer may still come. */
  isOverdue: boolean;
}

/** The one change of a route that is under way. */
export interface OutstandingChange {
  readonly want: WantedRoute;
  readonly line: WrittenLine;
  /** `null` until ExaBGP said `done`. */
  ackedAtMs: number | null;
  /** How long after that it is over where nothing tells so. */
  settleMs: number;
  /** Neighbors whose send event has not come yet. */
  readonly awaited: Set<string>;
  /** Whether any event about it came. */
  wasSeen: boolean;
}

/** All about one route. */
export interface LedgerEntry {
  readonly route: RouteIdentity;
  want: WantedRoute | null;
  /** Prints that what ExaBGP holds satisfies; `null`: not known. */
  held: readonly string[] | null;
  outstanding: OutstandingChange | null;
  /** In succession; rejected or unanswered. */
  failures: number;
  notBeforeMs: number;
}

/** Whether ExaBGP holds what should be. */
export function isSatisfied({ want, held }: LedgerEntry): boolean {
  return want === null || (held?.includes(want.fingerprint) ?? false);
}

/** The identity alone: what comes in may be a whole route of the configuration. */
export function routeIdentity({ key, prefix, pathId, neighbor }: RouteIdentity): RouteIdentity {
  return { key, prefix, pathId, neighbor };
}
