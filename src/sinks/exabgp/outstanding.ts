import type { SentAttributes, SentRoute } from '../../protocol/exabgp/reply.ts';
import type { ExabgpCommand, LedgerEntry, OutstandingChange, WantedRoute } from './ledger-entry.ts';
import { SEND_EVENT_MAX_MS, SETTLE_MS, SETTLE_PER_ROUTE_MS } from './limits.ts';
import { type Neighbors, reachesNeighbor } from './neighbors.ts';
import type { Outcomes } from './outcomes.ts';

/**
 * The changes that were written, one a route at most, and when each is over: acknowledged and
 * reported as sent by every neighbor that reports its updates, or else acknowledged and old enough.
 */
export class OutstandingChanges {
  readonly #neighbors: Neighbors;
  readonly #mustSettle: boolean;
  readonly #outcomes: Outcomes;
  readonly #entries = new Set<LedgerEntry>();

  /** @param mustSettle false: a change is over as soon as it is acknowledged. */
  constructor(neighbors: Neighbors, mustSettle: boolean, outcomes: Outcomes) {
    this.#neighbors = neighbors;
    this.#mustSettle = mustSettle;
    this.#outcomes = outcomes;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Ends all of them, whatever became of them. Nothing is known of what ExaBGP holds then. */
  abandon(nowMs: number): void {
    // They may still be pending in ExaBGP, and would be mixed with what is written next.
    const settledAtMs = nowMs + this.#settleMs();
    for (const entry of this.#entries) {
      entry.outstanding = null;
      entry.notBeforeMs = Math.max(entry.notBeforeMs, settledAtMs);
    }
    this.#entries.clear();
  }

  start(want: WantedRoute, command: ExabgpCommand): void {
    const { entry } = want;
    if (entry.outstanding !== null || entry.want !== want)
      throw new Error(`bug: this change of ${entry.route.key} was not planned`);
    const awaited = this.#neighbors.awaited(entry.route);
    entry.outstanding = { want, command, ackedAtMs: null, settleMs: 0, awaited, wasSeen: false };
    this.#entries.add(entry);
  }

  /**
   * ExaBGP answered `done`; or it never answers (`isAnswered` is false) and the command was written.
   * Returns whether the change is over.
   */
  acknowledge(want: WantedRoute, isAnswered: boolean, nowMs: number): boolean {
    const { entry } = want;
    const outstanding = outstandingOf(entry, want);
    outstanding.ackedAtMs = nowMs;
    outstanding.settleMs = this.#settleMs();
    entry.held = [want.fingerprint];
    entry.failures = 0;
    // Without an answer nothing is ever reported as confirmed.
    if (!isAnswered) want.isConfirmed = true;
    else if (!this.#isReported(outstanding)) this.#confirm(outstanding);
    return this.#endIfOver(outstanding);
  }

  /** An UPDATE with this route went to `neighbor`. Returns whether the change is over. */
  updateSent(
    entry: LedgerEntry,
    neighbor: string,
    route: SentRoute,
    attributes: SentAttributes | null,
  ): boolean {
    const { outstanding } = entry;
    if (outstanding === null || !reachesNeighbor(entry.route, neighbor)) return false;
    if (route.pathId !== null && (entry.route.pathId ?? 0) !== route.pathId) return false;
    if (!hasAttributes(outstanding.want, attributes)) return false;
    outstanding.wasSeen = true;
    outstanding.awaited.delete(neighbor);
    return this.#endIfOver(outstanding);
  }

  /** A neighbor that is down gets everything when it is back, in its last state. */
  neighborDown(address: string): void {
    for (const entry of this.#entries) outstandingOf(entry).awaited.delete(address);
  }

  /** Ends what was acknowledged long enough ago. Returns the entries. */
  expire(nowMs: number): readonly LedgerEntry[] {
    const expired: LedgerEntry[] = [];
    for (const entry of this.#entries) {
      const outstanding = outstandingOf(entry);
      if (outstanding.ackedAtMs === null) continue;
      const limitMs = this.#isReported(outstanding) ? SEND_EVENT_MAX_MS : outstanding.settleMs;
      if (nowMs - outstanding.ackedAtMs < limitMs) continue;
      this.end(outstanding.want);
      this.#confirm(outstanding);
      expired.push(entry);
    }
    return expired;
  }

  /** The change is over, whatever came of it. */
  end(want: WantedRoute): void {
    outstandingOf(want.entry, want);
    want.entry.outstanding = null;
    this.#entries.delete(want.entry);
  }

  /** How long ExaBGP may take until what it takes in now is at its peers, after all before it. */
  #settleMs(): number {
    return this.#mustSettle ? SETTLE_MS + SETTLE_PER_ROUTE_MS * this.#entries.size : 0;
  }

  #endIfOver(outstanding: OutstandingChange): boolean {
    if (outstanding.ackedAtMs === null) return false;
    const isOver = !this.#mustSettle || (outstanding.wasSeen && outstanding.awaited.size === 0);
    if (!isOver) return false;
    this.end(outstanding.want);
    this.#confirm(outstanding);
    return true;
  }

  /** Whether a send event is sure to come. */
  #isReported({ awaited }: OutstandingChange): boolean {
    for (const address of awaited) if (this.#neighbors.doesReportUpdates(address)) return true;
    return false;
  }

  #confirm({ want, command }: OutstandingChange): void {
    this.#outcomes.confirm(command, want);
  }
}

/** @param want what the outstanding change has to be about; left out: anything. */
function outstandingOf({ route, outstanding }: LedgerEntry, want?: WantedRoute): OutstandingChange {
  if (outstanding === null || (want !== undefined && outstanding.want !== want))
    throw new Error(`bug: this change of ${route.key} is not outstanding`);
  return outstanding;
}

/** An UPDATE that was under way before the change was made must not end it. */
function hasAttributes({ attributes: wanted }: WantedRoute, sent: SentAttributes | null): boolean {
  if (wanted === null || sent === null) return wanted === null && sent === null;
  if (wanted.med !== sent.med) return false;
  const communities = [...new Set(wanted.communities)].toSorted();
  return communities.join(' ') === sent.communities.join(' ');
}
