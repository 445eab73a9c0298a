import type { RouteAttributes, RouteIdentity } from '../../model/route.ts';
import type { Cause } from '../../model/turn.ts';
import type { SentAttributes, SentRoute } from '../../protocol/exabgp/reply.ts';
import { Entries } from './entries.ts';
import { type LedgerEntry, type WrittenLine, type WantedRoute, isSatisfied } from './entry.ts';
import { OutstandingChanges } from './outstanding.ts';
import { IN_FLIGHT_MAX_BYTES, RETRY_MAX_MS, RETRY_MIN_MS } from './limits.ts';
import type { Neighbors } from './neighbors.ts';
import { planLines } from './plan.ts';
import { ABSENT, fingerprintOf } from './fingerprint.ts';
import { RouteQueues } from './route-queues.ts';
import { type PeerKind, PeerLiveness } from './peer-liveness.ts';
import { WrittenLines } from './written-lines.ts';

/** What became of changes. `reason` is empty where there is nothing to add. */
export interface Outcome {
  readonly result: 'sent' | 'confirmed' | 'rejected' | 'unanswered';
  /** The line; empty where nothing had to be, or could be, written. */
  readonly text: string;
  readonly wants: readonly WantedRoute[];
  readonly reason: string;
}

export interface LedgerOptions {
  readonly ackTimeoutMs: number;
  readonly window: number;
  /** Whether lines are spaced in time where nothing tells that they took effect. */
  readonly settle: boolean;
}

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
  readonly #entries = new Entries();
  readonly #queues = new RouteQueues();
  readonly #flights: OutstandingChanges;
  readonly #written = new WrittenLines();
  readonly #silence: PeerLiveness;
  #open = false;
  #suspect = false;
  #held: (key: string) => readonly string[] | null = () => null;

  constructor(options: LedgerOptions, neighbors: Neighbors, report: (outcome: Outcome) => void) {
    this.#options = options;
    this.#neighbors = neighbors;
    this.#report = report;
    this.#flights = new OutstandingChanges(neighbors, options.settle, (text, wants) =>
      report({ result: 'confirmed', text, wants, reason: '' }),
    );
    this.#silence = new PeerLiveness(this.#written, options.ackTimeoutMs);
  }

  /** Whether anything is under way or waits for its time: `tick` is needed. */
  get busy(): boolean {
    return this.#flights.size > 0 || this.#queues.waits || this.#written.count > 0;
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
    return this.#entries.complete;
  }

  /** Routes that should be and are not confirmed. */
  get pending(): number {
    return this.#entries.pending;
  }

  /** Nothing is planned until `start`: what ExaBGP holds is being asked. */
  pause(nowMs: number): void {
    this.#open = false;
    // What was under way may still be pending in ExaBGP, and would be mixed with what comes next.
    const quietUntilMs = nowMs + this.#flights.settleMs();
    this.#written.clear();
    this.#flights.clear();
    this.#queues.clear();
    for (const entry of this.#entries.all()) {
      if (entry.outstanding !== null) entry.notBeforeMs = Math.max(entry.notBeforeMs, quietUntilMs);
      entry.outstanding = null;
      entry.held = null;
      if (entry.want !== null) entry.want.isConfirmed = false;
    }
  }

  /** Takes `held` as what ExaBGP holds of our routes, `null` for "not known", and goes on. */
  start(
    held: (key: string) => readonly string[] | null,
    answers: PeerKind,
    notBeforeMs: number,
    nowMs: number,
  ): void {
    this.#open = true;
    this.#suspect = false;
    this.#silence.start(answers, nowMs);
    this.#held = held;
    for (const entry of this.#entries.all()) {
      entry.held = held(entry.route.key);
      entry.notBeforeMs = Math.max(entry.notBeforeMs, notBeforeMs);
    }
    for (const entry of this.#entries.all()) this.#consider(entry, nowMs);
    this.#flights.report();
  }

  has(key: string): boolean {
    return this.#entries.get(key) !== undefined;
  }

  /** Sets what should be for one route. `attributes` `null`: not announced. */
  want(
    route: RouteIdentity,
    attributes: RouteAttributes | null,
    nextHop: string,
    cause: Cause,
    nowMs: number,
  ): void {
    const entry = this.#entries.obtain(route, this.#held);
    const fingerprint = attributes === null ? ABSENT : fingerprintOf(attributes);
    if (entry.want?.fingerprint === fingerprint) return;
    entry.want = {
      route: entry.route,
      attributes,
      nextHop,
      fingerprint,
      cause,
      isConfirmed: false,
    };
    if (entry.failures > 0) entry.notBeforeMs = 0;
    entry.failures = 0;
    this.#consider(entry, nowMs);
  }

  /** There is no opinion about this route any more: what is there stays. */
  forget(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.want = null;
    this.#queues.remove(entry);
  }

  /** Reports what was satisfied or confirmed since the last call, a line and a cause at a time. */
  report(): void {
    this.#flights.report();
  }

  /** The lines to write now, withdraws first. They count as written. */
  plan(nowMs: number): readonly string[] {
    if (!this.#open) return [];
    for (const entry of this.#queues.due(nowMs)) this.#consider(entry, nowMs);
    const texts: string[] = [];
    const { withdraws, announces } = this.#queues;
    for (const ready of [withdraws, announces]) {
      if (ready.size === 0) continue;
      const { lines, refused } = planLines(ready, this.#room(), (want) =>
        this.#neighbors.refusal(want),
      );
      for (const { entry, want, reason } of refused) {
        this.#queues.remove(entry);
        this.#fail(entry, want, nowMs);
        this.#report({ result: 'rejected', text: '', wants: [want], reason });
      }
      for (const { text, changes } of lines) {
        const kind = ready === withdraws ? 'withdraw' : 'announce';
        const wants = changes.map(({ want }) => want);
        const line: WrittenLine = { text, kind, wants, sentAtMs: nowMs, isOverdue: false };
        for (const { entry, want } of changes) {
          this.#queues.remove(entry);
          this.#flights.start(entry, want, line);
        }
        texts.push(text);
        this.#report({ result: 'sent', text, wants, reason: '' });
        if (this.#silence.answers !== 'none') this.#written.add(line);
        else this.#acknowledge(line, nowMs);
      }
      if (ready.size > 0) break;
    }
    return texts;
  }

  /** `done` came. `false`: nobody waits for one. */
  done(nowMs: number): boolean {
    this.#silence.heard(nowMs);
    const line = this.#written.take();
    if (line === null) return false;
    this.#acknowledge(line, nowMs);
    return true;
  }

  /** `error` came: the change is tried again later, alone. */
  error(nowMs: number): boolean {
    this.#silence.heard(nowMs);
    const line = this.#written.take();
    if (line === null) return false;
    this.#failLine(line, 'rejected', nowMs);
    return true;
  }

  /** A summary header came: what was written before it and not answered was passed over. */
  header(nowMs: number): boolean {
    this.#silence.heard(nowMs);
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
      for (const entry of this.#entries.ofPrefix(route.prefix))
        if (this.#flights.sent(entry, neighbor, route, attributes)) this.#consider(entry, nowMs);
  }

  neighborDown(address: string): void {
    this.#flights.neighborDown(address);
  }

  /** Looks at all deadlines. A line is returned where ExaBGP has to be woken. */
  tick(nowMs: number): readonly string[] {
    for (const entry of this.#flights.expire(nowMs)) this.#consider(entry, nowMs);
    for (const line of this.#written.olderThan(nowMs - this.#options.ackTimeoutMs)) {
      if (line.isOverdue) continue;
      line.isOverdue = true;
      if (line.kind !== 'poke')
        this.#report({ result: 'unanswered', text: line.text, wants: line.wants, reason: '' });
    }
    for (const line of this.#silence.givenUp(nowMs)) this.#failLine(line, 'unanswered', nowMs);
    return this.#silence.poke(nowMs);
  }

  #acknowledge(line: WrittenLine, nowMs: number): void {
    for (const want of line.wants) {
      const entry = this.#entries.get(want.route.key);
      if (entry?.outstanding?.line !== line) continue;
      if (
        this.#flights.acknowledge(entry, entry.outstanding, this.#silence.answers !== 'none', nowMs)
      )
        this.#consider(entry, nowMs);
    }
  }

  #failLine(line: WrittenLine, result: 'rejected' | 'unanswered', nowMs: number): void {
    if (line.kind === 'poke') return;
    if (result === 'unanswered') this.#suspect = true;
    for (const want of line.wants) {
      const entry = this.#entries.get(want.route.key);
      if (entry?.outstanding?.line !== line) continue;
      this.#flights.end(entry);
      this.#fail(entry, want, nowMs);
    }
    // An overdue line was reported when it became overdue.
    if (result === 'rejected' || !line.isOverdue)
      this.#report({ result, text: line.text, wants: line.wants, reason: '' });
  }

  #fail(entry: LedgerEntry, want: WantedRoute, nowMs: number): void {
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
  #consider(entry: LedgerEntry, nowMs: number): void {
    if (!this.#open || entry.outstanding !== null) return;
    this.#queues.remove(entry);
    const { want } = entry;
    if (want === null) return;
    if (isSatisfied(entry)) this.#flights.satisfied(want);
    else this.#queues.add(entry, nowMs);
  }

  #room(): { lines: number; bytes: number } {
    if (this.#silence.answers === 'none')
      return { lines: this.#options.window, bytes: IN_FLIGHT_MAX_BYTES };
    return {
      lines: this.#options.window - this.#written.count,
      bytes: IN_FLIGHT_MAX_BYTES - this.#written.bytes,
    };
  }
}
