import type { SentAttributes, SentRoute } from '../../protocol/exabgp/reply.ts';
import type { LedgerEntry, OutstandingChange, WrittenLine, WantedRoute } from './entry.ts';
import { SEND_EVENT_MAX_MS, SETTLE_MS, SETTLE_PER_ROUTE_MS } from './limits.ts';
import { type Neighbors, concerns } from './neighbors.ts';

/**
 * The changes that are under way, one a route at most, and when each is over:
 * acknowledged and reported as sent by every neighbor that reports such things,
 * or else acknowledged and old enough.
 */
export class OutstandingChanges {
  readonly #neighbors: Neighbors;
  readonly #settle: boolean;
  readonly #confirmed: (text: string, wants: readonly WantedRoute[]) => void;
  readonly #flying = new Set<LedgerEntry>();
  /** Confirmed but not reported, by line; `null`: nothing had to be written. */
  #news = new Map<WrittenLine | null, WantedRoute[]>();

  constructor(
    neighbors: Neighbors,
    settle: boolean,
    confirmed: (text: string, wants: readonly WantedRoute[]) => void,
  ) {
    this.#neighbors = neighbors;
    this.#settle = settle;
    this.#confirmed = confirmed;
  }

  get size(): number {
    return this.#flying.size;
  }

  clear(): void {
    this.#flying.clear();
  }

  start(entry: LedgerEntry, want: WantedRoute, line: WrittenLine): void {
    const awaited = this.#neighbors.awaited(entry.route);
    entry.outstanding = { want, line, ackedAtMs: null, settleMs: 0, awaited, wasSeen: false };
    this.#flying.add(entry);
  }

  /**
   * ExaBGP said `done`, or says nothing ever (`told` is false) and the line was written.
   * Returns whether the change is over.
   */
  acknowledge(
    entry: LedgerEntry,
    outstanding: OutstandingChange,
    told: boolean,
    nowMs: number,
  ): boolean {
    outstanding.ackedAtMs = nowMs;
    outstanding.settleMs = this.settleMs();
    entry.held = [outstanding.want.fingerprint];
    entry.failures = 0;
    if (!told) outstanding.want.isConfirmed = true;
    else if (!this.#isReported(outstanding)) this.#confirm(outstanding);
    return this.#releaseIfOver(entry, outstanding);
  }

  /** An UPDATE with this route went to `neighbor`. Returns whether the change is over. */
  sent(
    entry: LedgerEntry,
    neighbor: string,
    route: SentRoute,
    attributes: SentAttributes | null,
  ): boolean {
    const { outstanding } = entry;
    if (outstanding === null || !concerns(entry.route, neighbor)) return false;
    if (route.pathId !== null && (entry.route.pathId ?? 0) !== route.pathId) return false;
    if (!matches(outstanding.want, attributes)) return false;
    outstanding.wasSeen = true;
    outstanding.awaited.delete(neighbor);
    return this.#releaseIfOver(entry, outstanding);
  }

  /** A neighbor that is down gets everything when it is back, in its last state. */
  neighborDown(address: string): void {
    for (const { outstanding } of this.#flying) outstanding?.awaited.delete(address);
  }

  /** Ends what was acknowledged long enough ago. */
  expire(nowMs: number): readonly LedgerEntry[] {
    const over: LedgerEntry[] = [];
    for (const entry of this.#flying) {
      const { outstanding } = entry;
      if (outstanding === null || outstanding.ackedAtMs === null) continue;
      const limitMs = this.#isReported(outstanding) ? SEND_EVENT_MAX_MS : outstanding.settleMs;
      if (nowMs - outstanding.ackedAtMs < limitMs) continue;
      this.end(entry);
      this.#confirm(outstanding);
      over.push(entry);
    }
    return over;
  }

  /** How long ExaBGP may take until what it takes in now is at its peers, after all before it. */
  settleMs(): number {
    return this.#settle ? SETTLE_MS + SETTLE_PER_ROUTE_MS * this.#flying.size : 0;
  }

  /** The change is over, whatever came of it. */
  end(entry: LedgerEntry): void {
    entry.outstanding = null;
    this.#flying.delete(entry);
  }

  /** What should be was so already: nothing had to be written. */
  satisfied(want: WantedRoute): void {
    this.#note(null, want);
  }

  report(): void {
    if (this.#news.size === 0) return;
    const news = this.#news;
    this.#news = new Map();
    for (const [line, wants] of news) this.#confirmed(line?.text ?? '', wants);
  }

  #releaseIfOver(entry: LedgerEntry, outstanding: OutstandingChange): boolean {
    if (outstanding.ackedAtMs === null) return false;
    const over = this.#settle ? outstanding.wasSeen && outstanding.awaited.size === 0 : true;
    if (!over) return false;
    this.end(entry);
    this.#confirm(outstanding);
    return true;
  }

  /** Whether a send event is sure to come. */
  #isReported({ awaited }: OutstandingChange): boolean {
    for (const address of awaited) if (this.#neighbors.reportsSends(address)) return true;
    return false;
  }

  #confirm({ want, line }: OutstandingChange): void {
    this.#note(line, want);
  }

  #note(line: WrittenLine | null, want: WantedRoute): void {
    if (want.isConfirmed) return;
    want.isConfirmed = true;
    const wants = this.#news.get(line);
    if (wants === undefined) this.#news.set(line, [want]);
    else wants.push(want);
  }
}

/** An UPDATE that was on its way before the change was made must not end it. */
function matches({ attributes: wanted }: WantedRoute, sent: SentAttributes | null): boolean {
  if (wanted === null || sent === null) return wanted === null && sent === null;
  if (wanted.med !== sent.med) return false;
  const communities = [...new Set(wanted.communities)].toSorted();
  return communities.join(' ') === sent.communities.join(' ');
}
