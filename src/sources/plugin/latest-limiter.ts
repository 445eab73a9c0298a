/** What a sieve hands on, and the time it lives in. */
export interface LatestLimiterDeps<T> {
  readonly perSecondMax: number;
  readonly nowMs: () => number;
  readonly pass: (value: T) => void;
  readonly dropped: (count: number) => void;
}

const PERIOD_MS = 1_000;

/**
 * Passes a bounded number of values in any second. Of those beyond it the newest
 * is kept for the next second and the others are counted: the newest state is
 * what matters, and it is never lost. Its owner closes it.
 */
export class LatestLimiter<T> {
  readonly #deps: LatestLimiterDeps<T>;
  #sinceMs = -Infinity;
  #passed = 0;
  #dropped = 0;
  #held: { readonly value: T } | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(deps: LatestLimiterDeps<T>) {
    this.#deps = deps;
  }

  /** Whether it was passed on at once; otherwise they come too fast. */
  offer(value: T): boolean {
    const nowMs = this.#deps.nowMs();
    if (this.#timer === null && nowMs - this.#sinceMs >= PERIOD_MS) this.#begin(nowMs);
    if (this.#passed < this.#deps.perSecondMax) {
      this.#passed += 1;
      this.#deps.pass(value);
      return true;
    }
    if (this.#held !== null) this.#dropped += 1;
    this.#held = { value };
    this.#timer ??= setTimeout(() => this.#flush(), this.#sinceMs + PERIOD_MS - nowMs);
    return false;
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#held = null;
  }

  #begin(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#passed = 0;
  }

  #flush(): void {
    this.#timer = null;
    this.#begin(this.#deps.nowMs());
    const [held, dropped] = [this.#held, this.#dropped];
    this.#held = null;
    this.#dropped = 0;
    if (held !== null) {
      this.#passed = 1;
      this.#deps.pass(held.value);
    }
    if (dropped > 0) this.#deps.dropped(dropped);
  }
}
