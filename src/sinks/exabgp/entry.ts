import type { RouteIdentity } from '../../model/route.ts';
import type { Cause } from '../../model/turn.ts';
import type { Change } from '../../protocol/exabgp/encode.ts';

/** What should be for one route, and whether it is known to be so. */
export interface Want extends Change {
  /** `ABSENT`, or the print of the attributes. */
  readonly print: string;
  readonly cause: Cause;
  /** Whether it was reported as confirmed. */
  confirmed: boolean;
}

/** One line that was written and what it was about. */
export interface Line {
  readonly text: string;
  /** `poke`: asks for a header that tells how far ExaBGP is. */
  readonly kind: 'announce' | 'withdraw' | 'poke';
  readonly wants: readonly Want[];
  readonly sentAtMs: number;
  /** Reported as unanswered already; its answer may still come. */
  overdue: boolean;
}

/** The one change of a route that is under way. */
export interface Flight {
  readonly want: Want;
  readonly line: Line;
  /** `null` until ExaBGP said `done`. */
  ackedAtMs: number | null;
  /** How long after that it is over where nothing tells so. */
  settleMs: number;
  /** Neighbors whose send event has not come yet. */
  readonly awaited: Set<string>;
  /** Whether any event about it came. */
  seen: boolean;
}

/** All about one route. */
export interface Entry {
  readonly route: RouteIdentity;
  want: Want | null;
  /** Prints that what ExaBGP holds satisfies; `null`: not known. */
  held: readonly string[] | null;
  flight: Flight | null;
  /** In succession; rejected or unanswered. */
  failures: number;
  notBeforeMs: number;
}

/** Whether ExaBGP holds what should be. */
export function isSatisfied({ want, held }: Entry): boolean {
  return want === null || (held?.includes(want.print) ?? false);
}

/** The identity alone: what comes in may be a whole route of the configuration. */
export function identityOf({ key, prefix, pathId, neighbor }: RouteIdentity): RouteIdentity {
  return { key, prefix, pathId, neighbor };
}
