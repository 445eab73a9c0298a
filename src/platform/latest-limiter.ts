import { nowMs } from './clock.ts';

/** What one wait is set with; every scheduler of RxJS is one. */
export interface Timers {
  readonly now: () => number;
  readonly schedule: (work: () => void, delayMs: number) => { readonly unsubscribe: () => void };
}

export interface LatestLimiterDeps<T> {
  readonly perSecondMax: number;
  /** Without it, Node's own. */
  readonly timers?: Timers;
  readonly pass: (value: T) => void;
  /** At the end of a second in which some were discarded. */
  readonly discarded: (count: number) => void;
}

const nodeTimers: Timers = {
  now: nowMs,
  schedule(work, delayMs) {
    const timer = setTimeout(work, delayMs);
    return { unsubscribe: () => clearTimeout(timer) };
  },
};

const PERIOD_MS = 1_000;

/**
 * Passes a bounded number of values in a second, as they come. Of those beyond it the newest is
 * kept until the second is over and the others are discarded: the newest state is what matters,
 * and it is never lost. Its owner closes it.
 */
export class LatestLimiter<T> {
  readonly #deps: LatestLimiterDeps<T>;
  readonly #timers: Timers;
  #sinceMs = -Infinity;
  #passed = 0;
  #discarded = 0;
  #newest: { readonly value: T } | null = null;
  #timer: { readonly unsubscribe: () => void } | null = null;

  constructor(deps: LatestLimiterDeps<T>) {
    this.#deps = deps;
    this.#timers = deps.timers ?? nodeTimers;
  }

  /** Whether it passed at once; otherwise values come too fast. */
  offer(value: T): boolean {
    const { perSecondMax, pass } = this.#deps;
    const atMs = this.#timers.now();
    // A value that waits passes first, when the timer fires.
    if (this.#timer === null && atMs - this.#sinceMs >= PERIOD_MS) this.#begin(atMs);
    if (this.#timer === null && this.#passed < perSecondMax) {
      this.#passed += 1;
      pass(value);
      return true;
    }
    if (this.#newest !== null) this.#discarded += 1;
    this.#newest = { value };
    const endMs = this.#sinceMs + PERIOD_MS;
    this.#timer ??= this.#timers.schedule(() => this.#flush(), endMs - atMs);
    return false;
  }

  /** Passes the value that waits, if any, and ends. */
  finish(): void {
    const newest = this.#newest;
    this.close();
    if (newest !== null) this.#deps.pass(newest.value);
  }

  /** Ends; a value that waits is dropped. */
  close(): void {
    this.#timer?.unsubscribe();
    this.#timer = null;
    this.#newest = null;
  }

  #begin(atMs: number): void {
    this.#sinceMs = atMs;
    this.#passed = 0;
  }

  #flush(): void {
    const [newest, discarded] = [this.#newest, this.#discarded];
    this.#timer = null;
    this.#newest = null;
    this.#discarded = 0;
    this.#begin(this.#timers.now());
    if (newest !== null) {
      this.#passed = 1;
      this.#deps.pass(newest.value);
    }
    if (discarded > 0) this.#deps.discarded(discarded);
  }
}
