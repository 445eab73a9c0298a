export interface BackoffRange {
  /** The first wait. */
  readonly minMs: number;
  /** The longest one. */
  readonly maxMs: number;
}

/** The wait after so many failures in a row: `minMs` after the first, doubled with each, at most `maxMs`. */
export function backoffMs({ minMs, maxMs }: BackoffRange, failures: number): number {
  return Math.min(minMs * 2 ** Math.max(failures - 1, 0), maxMs);
}

/** Doubles the wait between attempts until `reset()`. Holds no timer: who waits sets its own. */
export class Backoff {
  readonly #range: BackoffRange;
  #failures = 0;

  constructor(range: BackoffRange) {
    this.#range = range;
  }

  /** An attempt failed: how long to wait before the next, in milliseconds. */
  next(): number {
    this.#failures += 1;
    return backoffMs(this.#range, this.#failures);
  }

  /** An attempt succeeded: the next failure waits `minMs` again. */
  reset(): void {
    this.#failures = 0;
  }
}
