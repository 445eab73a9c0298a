import type { RouteIdentity } from '../../model/route.ts';
import type { Cause } from '../../model/turn.ts';
import type { RouteChange } from '../../protocol/exabgp/encode.ts';

/** What is wanted of one route, ready to be encoded, and whether it is known to be in effect. */
export interface WantedRoute extends RouteChange {
  readonly entry: LedgerEntry;
  /** `ABSENT`, or the fingerprint of the attributes. */
  readonly fingerprint: string;
  readonly cause: Cause;
  /** Whether it was reported as confirmed. */
  isConfirmed: boolean;
}

/** One command line for ExaBGP and the changes in it. */
export interface ExabgpCommand {
  readonly text: string;
  /** `poke`: asks for a header that shows how far ExaBGP has read. */
  readonly kind: 'announce' | 'withdraw' | 'poke';
  readonly wants: readonly WantedRoute[];
  readonly writtenAtMs: number;
  /** Reported as unanswered already; its answer may still come. */
  isOverdue: boolean;
}

/** The one change of a route that was written and has not taken effect everywhere yet. */
export interface OutstandingChange {
  readonly want: WantedRoute;
  readonly command: ExabgpCommand;
  /** `null` until ExaBGP answered `done`. */
  ackedAtMs: number | null;
  /** How long after that the change is over where no neighbor reports its updates. */
  settleMs: number;
  /** Neighbors whose send event has not come yet. */
  readonly awaited: Set<string>;
  /** Whether any event about it came. */
  wasSeen: boolean;
}

/** The state of one route. */
export interface LedgerEntry {
  readonly route: RouteIdentity;
  /** `null`: no decision, so what ExaBGP holds stays. */
  want: WantedRoute | null;
  /** Fingerprints of what ExaBGP holds; `null`: not known. */
  held: readonly string[] | null;
  outstanding: OutstandingChange | null;
  /** In succession; rejected or unanswered. */
  failures: number;
  /** Nothing is written for this route before. */
  notBeforeMs: number;
}
