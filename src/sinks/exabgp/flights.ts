import type { SentAttributes, SentRoute } from '../../protocol/exabgp/reply.ts';
import type { Entry, Flight, Line, Want } from './entry.ts';
import { SEND_EVENT_MAX_MS, SETTLE_MS, SETTLE_PER_ROUTE_MS } from './limits.ts';
import { type Neighbors, concerns } from './neighbors.ts';

/**
 * The changes that are under way, one a route at most, and when each is over:
 * acknowledged and reported as sent by every neighbor that reports such things,
 * or else acknowledged and old enough.
 */
export class Flights {
  readonly #neighbors: Neighbors;
  readonly #settle: boolean;
  readonly #confirmed: (text: string, wants: readonly Want[]) => void;
  readonly #flying = new Set<Entry>();
  /** Confirmed but not reported, by line; `null`: nothing had to be written. */
  #news = new Map<Line | null, Want[]>();

  constructor(
    neighbors: Neighbors,
    settle: boolean,
    confirmed: (text: string, wants: readonly Want[]) => void,
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

  start(entry: Entry, want: Want, line: Line): void {
    const awaited = this.#neighbors.awaited(entry.route);
    entry.flight = { want, line, ackedAtMs: null, settleMs: 0, awaited, seen: false };
    this.#flying.add(entry);
  }

  /**
   * ExaBGP said `done`, or says nothing ever (`told` is false) and the line was written.
   * Returns whether the change is over.
   */
  acknowledge(entry: Entry, flight: Flight, told: boolean, nowMs: number): boolean {
    flight.ackedAtMs = nowMs;
    flight.settleMs = this.settleMs();
    entry.held = [flight.want.print];
    entry.failures = 0;
    if (!told) flight.want.confirmed = true;
    else if (!this.#isReported(flight)) this.#confirm(flight);
    return this.#releaseIfOver(entry, flight);
  }

  /** An UPDATE with this route went to `neighbor`. Returns whether the change is over. */
  sent(
    entry: Entry,
    neighbor: string,
    route: SentRoute,
    attributes: SentAttributes | null,
  ): boolean {
    const { flight } = entry;
    if (flight === null || !concerns(entry.route, neighbor)) return false;
    if (route.pathId !== null && (entry.route.pathId ?? 0) !== route.pathId) return false;
    if (!matches(flight.want, attributes)) return false;
    flight.seen = true;
    flight.awaited.delete(neighbor);
    return this.#releaseIfOver(entry, flight);
  }

  /** A neighbor that is down gets everything when it is back, in its last state. */
  neighborDown(address: string): void {
    for (const { flight } of this.#flying) flight?.awaited.delete(address);
  }

  /** Ends what was acknowledged long enough ago. */
  expire(nowMs: number): readonly Entry[] {
    const over: Entry[] = [];
    for (const entry of this.#flying) {
      const { flight } = entry;
      if (flight === null || flight.ackedAtMs === null) continue;
      const limitMs = this.#isReported(flight) ? SEND_EVENT_MAX_MS : flight.settleMs;
      if (nowMs - flight.ackedAtMs < limitMs) continue;
      this.end(entry);
      this.#confirm(flight);
      over.push(entry);
    }
    return over;
  }

  /** How long ExaBGP may take until what it takes in now is at its peers, after all before it. */
  settleMs(): number {
    return this.#settle ? SETTLE_MS + SETTLE_PER_ROUTE_MS * this.#flying.size : 0;
  }

  /** The change is over, whatever came of it. */
  end(entry: Entry): void {
    entry.flight = null;
    this.#flying.delete(entry);
  }

  /** What should be was so already: nothing had to be written. */
  satisfied(want: Want): void {
    this.#note(null, want);
  }

  report(): void {
    if (this.#news.size === 0) return;
    const news = this.#news;
    this.#news = new Map();
    for (const [line, wants] of news) this.#confirmed(line?.text ?? '', wants);
  }

  #releaseIfOver(entry: Entry, flight: Flight): boolean {
    if (flight.ackedAtMs === null) return false;
    const over = this.#settle ? flight.seen && flight.awaited.size === 0 : true;
    if (!over) return false;
    this.end(entry);
    this.#confirm(flight);
    return true;
  }

  /** Whether a send event is sure to come. */
  #isReported({ awaited }: Flight): boolean {
    for (const address of awaited) if (this.#neighbors.reportsSends(address)) return true;
    return false;
  }

  #confirm({ want, line }: Flight): void {
    this.#note(line, want);
  }

  #note(line: Line | null, want: Want): void {
    if (want.confirmed) return;
    want.confirmed = true;
    const wants = this.#news.get(line);
    if (wants === undefined) this.#news.set(line, [want]);
    else wants.push(want);
  }
}

/** An UPDATE that was on its way before the change was made must not end it. */
function matches({ attributes: wanted }: Want, sent: SentAttributes | null): boolean {
  if (wanted === null || sent === null) return wanted === null && sent === null;
  if (wanted.med !== sent.med) return false;
  const communities = [...new Set(wanted.communities)].toSorted();
  return communities.join(' ') === sent.communities.join(' ');
}
