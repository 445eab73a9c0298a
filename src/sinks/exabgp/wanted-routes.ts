import type { RouteAttributes, RouteIdentity } from '../../model/route.ts';
import type { Cause } from '../../model/turn.ts';
import { type BackoffRange, backoffMs } from '../../platform/backoff.ts';
import { ABSENT, fingerprintOf } from './fingerprint.ts';
import type { LedgerEntry, WantedRoute } from './ledger-entry.ts';
import { RETRY_MAX_MS, RETRY_MIN_MS } from './limits.ts';
import type { Outcomes } from './outcomes.ts';

const RETRY: BackoffRange = { minMs: RETRY_MIN_MS, maxMs: RETRY_MAX_MS };

/** Fingerprints that ExaBGP holds of a key; `null`: not known. */
export type HeldFingerprints = (key: string) => readonly string[] | null;

/**
 * What is wanted of each route, compared with what ExaBGP holds: which routes have to be written
 * now, and which later. Entries are never dropped, because what ExaBGP holds of a route matters
 * again when the route is wanted again.
 */
export class WantedRoutes {
  readonly #outcomes: Outcomes;
  readonly #byKey = new Map<string, LedgerEntry>();
  readonly #byPrefix = new Map<string, LedgerEntry[]>();
  readonly #withdraws = new Set<LedgerEntry>();
  readonly #announces = new Set<LedgerEntry>();
  readonly #waiting = new Set<LedgerEntry>();
  /** `null`: paused. */
  #held: HeldFingerprints | null = null;

  constructor(outcomes: Outcomes) {
    this.#outcomes = outcomes;
  }

  /** Routes whose wanted state is not confirmed. */
  get pending(): number {
    let count = 0;
    for (const { want } of this.#byKey.values()) if (want?.isConfirmed === false) count += 1;
    return count;
  }

  /** Whether there are none of those. */
  get isComplete(): boolean {
    for (const { want } of this.#byKey.values()) if (want?.isConfirmed === false) return false;
    return true;
  }

  get isPaused(): boolean {
    return this.#held === null;
  }

  /** Whether any route waits for its time. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** A prefix may be several routes: by path id, or by neighbor. */
  ofPrefix(prefix: string): readonly LedgerEntry[] {
    return this.#byPrefix.get(prefix) ?? [];
  }

  /** Nothing is ready until `start`. Nothing is outstanding by now. */
  pause(): void {
    this.#held = null;
    this.#withdraws.clear();
    this.#announces.clear();
    this.#waiting.clear();
    for (const entry of this.#byKey.values()) {
      entry.held = null;
      if (entry.want !== null) entry.want.isConfirmed = false;
    }
  }

  start(held: HeldFingerprints, notBeforeMs: number, nowMs: number): void {
    this.#held = held;
    for (const entry of this.#byKey.values()) {
      entry.held = held(entry.route.key);
      entry.notBeforeMs = Math.max(entry.notBeforeMs, notBeforeMs);
      this.enqueue(entry, nowMs);
    }
  }

  want(
    route: RouteIdentity,
    attributes: RouteAttributes | null,
    nextHop: string,
    cause: Cause,
    nowMs: number,
  ): void {
    const entry = this.#obtain(route);
    const fingerprint = attributes === null ? ABSENT : fingerprintOf(attributes);
    if (entry.want?.fingerprint === fingerprint) return;
    const change = { route: entry.route, attributes, nextHop };
    entry.want = { ...change, entry, fingerprint, cause, isConfirmed: false };
    if (entry.failures > 0) entry.notBeforeMs = 0;
    entry.failures = 0;
    this.enqueue(entry, nowMs);
  }

  forget(key: string): void {
    const entry = this.#byKey.get(key);
    if (entry === undefined) return;
    entry.want = null;
    this.dequeue(entry);
  }

  /** Puts a route into the queue it belongs to: ready, waiting for its time, or none. */
  enqueue(entry: LedgerEntry, nowMs: number): void {
    if (this.#held === null || entry.outstanding !== null) return;
    this.dequeue(entry);
    const { want, held, notBeforeMs } = entry;
    if (want === null) return;
    if (held?.includes(want.fingerprint) === true) this.#outcomes.confirm(null, want);
    else if (notBeforeMs > nowMs) this.#waiting.add(entry);
    else (want.attributes === null ? this.#withdraws : this.#announces).add(entry);
  }

  dequeue(entry: LedgerEntry): void {
    this.#withdraws.delete(entry);
    this.#announces.delete(entry);
    this.#waiting.delete(entry);
  }

  /** The change did not succeed: it is tried again later, each time later. */
  fail(want: WantedRoute, nowMs: number): void {
    const { entry } = want;
    entry.held = null;
    // Where something else is wanted meanwhile, that is tried at once.
    if (entry.want === want) {
      entry.failures += 1;
      entry.notBeforeMs = nowMs + backoffMs(RETRY, entry.failures);
    }
    this.enqueue(entry, nowMs);
  }

  /** Makes ready what has waited for its time. */
  makeDueReady(nowMs: number): void {
    for (const entry of this.#waiting) if (entry.notBeforeMs <= nowMs) this.enqueue(entry, nowMs);
  }

  /** Routes to withdraw, or to announce, now; oldest first. */
  ready(kind: 'withdraw' | 'announce'): ReadonlySet<LedgerEntry> {
    return kind === 'withdraw' ? this.#withdraws : this.#announces;
  }

  /** The entry of a route. A new one starts from what ExaBGP holds of it. */
  #obtain(identity: RouteIdentity): LedgerEntry {
    const known = this.#byKey.get(identity.key);
    if (known !== undefined) return known;
    // The identity alone: what comes in may be a whole route of the configuration.
    const { key, prefix, pathId, neighbor } = identity;
    const entry: LedgerEntry = {
      route: { key, prefix, pathId, neighbor },
      want: null,
      held: this.#held?.(key) ?? null,
      outstanding: null,
      failures: 0,
      notBeforeMs: 0,
    };
    this.#byKey.set(key, entry);
    const same = this.#byPrefix.get(prefix);
    if (same === undefined) this.#byPrefix.set(prefix, [entry]);
    else same.push(entry);
    return entry;
  }
}
