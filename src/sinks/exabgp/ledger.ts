import type { RouteAttributes, RouteIdentity } from '../../model/route.ts';
import type { Cause } from '../../model/turn.ts';
import type { SentAttributes, SentRoute } from '../../protocol/exabgp/reply.ts';
import { type Entry, type Line, type Want, identityOf, isSatisfied } from './entry.ts';
import { Flights } from './flights.ts';
import {
  IN_FLIGHT_MAX_BYTES,
  POKES_MAX,
  POKE_AFTER_MS,
  RETRY_MAX_MS,
  RETRY_MIN_MS,
} from './limits.ts';
import type { Neighbors } from './neighbors.ts';
import { planLines } from './plan.ts';
import { ABSENT, printOf } from './print.ts';
import { Written } from './written.ts';

/** What became of changes. `reason` is empty where there is nothing to add. */
export interface Outcome {
  readonly result: 'sent' | 'confirmed' | 'rejected' | 'unanswered';
  /** The line; empty where nothing had to be, or could be, written. */
  readonly text: string;
  readonly wants: readonly Want[];
  readonly reason: string;
}

export interface LedgerOptions {
  readonly ackTimeoutMs: number;
  readonly window: number;
  /** Whether lines are spaced in time where nothing tells that they took effect. */
  readonly settle: boolean;
}

/**
 * Who answers: an ExaBGP; something that says `done` but prints no headers, to
 * whom a poke would be one more line to say `done` to; or nobody.
 */
export type Answers = 'exabgp' | 'script' | 'none';

/** Asked for because its reply starts with a header that nothing else prints. */
const POKE = 'show neighbor summary';

/**
 * What should be at ExaBGP, what is, and the one change of each route that is
 * under way. Pure: time comes in as `nowMs`, lines and outcomes go out.
 *
 * ExaBGP flushes pending changes grouped by their attributes, not in their order,
 * so a second change of a route is held back until the first is at the peer.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #neighbors: Neighbors;
  readonly #report: (outcome: Outcome) => void;
  readonly #entries = new Map<string, Entry>();
  readonly #byPrefix = new Map<string, Entry[]>();
  readonly #withdraws = new Set<Entry>();
  readonly #announces = new Set<Entry>();
  readonly #waiting = new Set<Entry>();
  readonly #flights: Flights;
  readonly #written = new Written();
  #heardAtMs = 0;
  #pokedAtMs = 0;
  #open = false;
  #answers: Answers = 'exabgp';
  #suspect = false;
  #held: (key: string) => readonly string[] | null = () => null;

  constructor(options: LedgerOptions, neighbors: Neighbors, report: (outcome: Outcome) => void) {
    this.#options = options;
    this.#neighbors = neighbors;
    this.#report = report;
    this.#flights = new Flights(neighbors, options.settle, (text, wants) =>
      report({ result: 'confirmed', text, wants, reason: '' }),
    );
  }

  /** Whether anything is under way or waits for its time: `tick` is needed. */
  get busy(): boolean {
    return this.#flights.size > 0 || this.#waiting.size > 0 || this.#written.count > 0;
  }

  /**
   * Whether a line was passed over or its answer lost: the answers before and after
   * it may have been taken for each other's, so what ExaBGP holds has to be asked.
   */
  get suspect(): boolean {
    return this.#suspect;
  }

  /** Whether all that should be is confirmed. */
  get complete(): boolean {
    for (const { want } of this.#entries.values()) if (want?.confirmed === false) return false;
    return true;
  }

  /** Routes that should be and are not confirmed. */
  get pending(): number {
    let count = 0;
    for (const { want } of this.#entries.values()) if (want?.confirmed === false) count += 1;
    return count;
  }

  /** Nothing is planned until `start`: what ExaBGP holds is being asked. */
  pause(nowMs: number): void {
    this.#open = false;
    // What was under way may still be pending in ExaBGP, and would be mixed with what comes next.
    const quietUntilMs = nowMs + this.#flights.settleMs();
    this.#written.clear();
    this.#flights.clear();
    this.#withdraws.clear();
    this.#announces.clear();
    this.#waiting.clear();
    for (const entry of this.#entries.values()) {
      if (entry.flight !== null) entry.notBeforeMs = Math.max(entry.notBeforeMs, quietUntilMs);
      entry.flight = null;
      entry.held = null;
      if (entry.want !== null) entry.want.confirmed = false;
    }
  }

  /** Takes `held` as what ExaBGP holds of our routes, `null` for "not known", and goes on. */
  start(
    held: (key: string) => readonly string[] | null,
    answers: Answers,
    notBeforeMs: number,
    nowMs: number,
  ): void {
    this.#open = true;
    this.#answers = answers;
    this.#suspect = false;
    this.#heardAtMs = nowMs;
    this.#held = held;
    for (const entry of this.#entries.values()) {
      entry.held = held(entry.route.key);
      entry.notBeforeMs = Math.max(entry.notBeforeMs, notBeforeMs);
    }
    for (const entry of this.#entries.values()) this.#consider(entry, nowMs);
    this.#flights.report();
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Sets what should be for one route. `attributes` `null`: not announced. */
  want(
    route: RouteIdentity,
    attributes: RouteAttributes | null,
    nextHop: string,
    cause: Cause,
    nowMs: number,
  ): void {
    const entry = this.#entry(route);
    const print = attributes === null ? ABSENT : printOf(attributes);
    if (entry.want?.print === print) return;
    entry.want = { route: entry.route, attributes, nextHop, print, cause, confirmed: false };
    if (entry.failures > 0) entry.notBeforeMs = 0;
    entry.failures = 0;
    this.#consider(entry, nowMs);
  }

  /** There is no opinion about this route any more: what is there stays. */
  forget(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.want = null;
    this.#unqueue(entry);
  }

  /** Reports what was satisfied or confirmed since the last call, a line and a cause at a time. */
  report(): void {
    this.#flights.report();
  }

  /** The lines to write now, withdraws first. They count as written. */
  plan(nowMs: number): readonly string[] {
    if (!this.#open) return [];
    this.#wake(nowMs);
    const texts: string[] = [];
    for (const ready of [this.#withdraws, this.#announces]) {
      if (ready.size === 0) continue;
      const { lines, refused } = planLines(ready, this.#room(), (want) => this.#forbid(want));
      for (const { entry, want, reason } of refused) {
        this.#unqueue(entry);
        this.#fail(entry, want, nowMs);
        this.#report({ result: 'rejected', text: '', wants: [want], reason });
      }
      for (const { text, changes } of lines) {
        const kind = ready === this.#withdraws ? 'withdraw' : 'announce';
        const wants = changes.map(({ want }) => want);
        const line: Line = { text, kind, wants, sentAtMs: nowMs, overdue: false };
        for (const { entry, want } of changes) {
          this.#unqueue(entry);
          this.#flights.start(entry, want, line);
        }
        texts.push(text);
        this.#report({ result: 'sent', text, wants, reason: '' });
        if (this.#answers !== 'none') this.#written.add(line);
        else this.#acknowledge(line, nowMs);
      }
      if (ready.size > 0) break;
    }
    return texts;
  }

  /** `done` came. `false`: nobody waits for one. */
  done(nowMs: number): boolean {
    this.#heardAtMs = nowMs;
    const line = this.#written.take();
    if (line === null) return false;
    this.#acknowledge(line, nowMs);
    return true;
  }

  /** `error` came: the change is tried again later, alone. */
  error(nowMs: number): boolean {
    this.#heardAtMs = nowMs;
    const line = this.#written.take();
    if (line === null) return false;
    this.#failLine(line, 'rejected', nowMs);
    return true;
  }

  /** A summary header came: what was written before it and not answered was passed over. */
  header(nowMs: number): boolean {
    this.#heardAtMs = nowMs;
    const passed = this.#written.passedOver();
    for (const line of passed ?? []) this.#failLine(line, 'unanswered', nowMs);
    return passed !== null;
  }

  /** An UPDATE went to a neighbor. */
  sent(
    neighbor: string,
    routes: readonly SentRoute[],
    attributes: SentAttributes | null,
    nowMs: number,
  ): void {
    for (const route of routes)
      for (const entry of this.#byPrefix.get(route.prefix) ?? [])
        if (this.#flights.sent(entry, neighbor, route, attributes)) this.#consider(entry, nowMs);
  }

  neighborDown(address: string): void {
    this.#flights.neighborDown(address);
  }

  /** Looks at all deadlines. A line is returned where ExaBGP has to be woken. */
  tick(nowMs: number): readonly string[] {
    for (const entry of this.#flights.expire(nowMs)) this.#consider(entry, nowMs);
    for (const line of this.#written.olderThan(nowMs - this.#options.ackTimeoutMs)) {
      if (line.overdue) continue;
      line.overdue = true;
      if (line.kind !== 'poke')
        this.#report({ result: 'unanswered', text: line.text, wants: line.wants, reason: '' });
    }
    this.#giveUp(nowMs);
    return this.#poke(nowMs);
  }

  #acknowledge(line: Line, nowMs: number): void {
    for (const want of line.wants) {
      const entry = this.#entries.get(want.route.key);
      if (entry?.flight?.line !== line) continue;
      if (this.#flights.acknowledge(entry, entry.flight, this.#answers !== 'none', nowMs))
        this.#consider(entry, nowMs);
    }
  }

  #failLine(line: Line, result: 'rejected' | 'unanswered', nowMs: number): void {
    if (line.kind === 'poke') return;
    if (result === 'unanswered') this.#suspect = true;
    for (const want of line.wants) {
      const entry = this.#entries.get(want.route.key);
      if (entry?.flight?.line !== line) continue;
      this.#flights.end(entry);
      this.#fail(entry, want, nowMs);
    }
    // An overdue line was reported when it became overdue.
    if (result === 'rejected' || !line.overdue)
      this.#report({ result, text: line.text, wants: line.wants, reason: '' });
  }

  #fail(entry: Entry, want: Want, nowMs: number): void {
    entry.held = null;
    // What should be has changed meanwhile: that is tried at once.
    if (entry.want === want) {
      entry.failures += 1;
      const delayMs = RETRY_MIN_MS * 2 ** (entry.failures - 1);
      entry.notBeforeMs = nowMs + Math.min(delayMs, RETRY_MAX_MS);
    }
    this.#consider(entry, nowMs);
  }

  /** Puts a route where it belongs: ready, waiting for its time, or nowhere. */
  #consider(entry: Entry, nowMs: number): void {
    if (!this.#open || entry.flight !== null) return;
    this.#unqueue(entry);
    const { want } = entry;
    if (want === null) return;
    if (isSatisfied(entry)) this.#flights.satisfied(want);
    else if (entry.notBeforeMs > nowMs) this.#waiting.add(entry);
    else (want.attributes === null ? this.#withdraws : this.#announces).add(entry);
  }

  #unqueue(entry: Entry): void {
    this.#withdraws.delete(entry);
    this.#announces.delete(entry);
    this.#waiting.delete(entry);
  }

  #wake(nowMs: number): void {
    for (const entry of this.#waiting) if (entry.notBeforeMs <= nowMs) this.#consider(entry, nowMs);
  }

  /** Nothing at all came for so long that the answers are taken for lost. */
  #giveUp(nowMs: number): void {
    if (this.#answers === 'exabgp') {
      // It may only be slow: not before a poke went unanswered, too.
      const silentMs = nowMs - Math.max(this.#heardAtMs, this.#pokedAtMs);
      if (this.#written.pokes === 0 || silentMs < this.#options.ackTimeoutMs) return;
    }
    for (let line = this.#written.head; line?.overdue === true; line = this.#written.head) {
      this.#written.take();
      this.#failLine(line, 'unanswered', nowMs);
    }
  }

  #poke(nowMs: number): readonly string[] {
    const { head, pokes } = this.#written;
    if (this.#answers !== 'exabgp' || head === null || pokes >= POKES_MAX) return [];
    const sinceMs = Math.max(head.sentAtMs, this.#heardAtMs, this.#pokedAtMs);
    // Each further one waits longer: the first one is what gets the reader moving.
    if (nowMs - sinceMs < POKE_AFTER_MS * 2 ** (2 * pokes)) return [];
    this.#pokedAtMs = nowMs;
    this.#written.add({ text: POKE, kind: 'poke', wants: [], sentAtMs: nowMs, overdue: false });
    return [POKE];
  }

  #forbid({ route, attributes, nextHop }: Want): string | null {
    if (attributes === null || nextHop !== 'self') return null;
    const address = this.#neighbors.selfIsFatalAt(route);
    if (address === null) return null;
    return `next-hop self would tear down the session with ${address}: name an address of the prefix's family`;
  }

  #room(): { lines: number; bytes: number } {
    if (this.#answers === 'none')
      return { lines: this.#options.window, bytes: IN_FLIGHT_MAX_BYTES };
    return {
      lines: this.#options.window - this.#written.count,
      bytes: IN_FLIGHT_MAX_BYTES - this.#written.bytes,
    };
  }

  #entry(identity: RouteIdentity): Entry {
    const known = this.#entries.get(identity.key);
    if (known !== undefined) return known;
    const route = identityOf(identity);
    const entry: Entry = {
      route,
      want: null,
      held: this.#held(route.key),
      flight: null,
      failures: 0,
      notBeforeMs: 0,
    };
    this.#entries.set(route.key, entry);
    const same = this.#byPrefix.get(route.prefix);
    if (same === undefined) this.#byPrefix.set(route.prefix, [entry]);
    else same.push(entry);
    return entry;
  }
}
