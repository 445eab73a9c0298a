export const BACKOFF_MIN_MS = 250;
export const BACKOFF_MAX_MS = 8000;

/**
 * How long to wait before the next try: 250 ms, doubled each time up to 8 s, of
 * which a random half is left out so that many clients do not come back at once.
 * A success counts only after it lasted 8 s: a server that accepts and then
 * keeps failing is not contacted four times a second.
 */
export class Backoff {
  readonly #random: () => number;
  #tries = 0;
  #goodSinceMs: number | null = null;

  /** `random` gives numbers from 0 up to 1, like `Math.random`. */
  constructor(random: () => number) {
    this.#random = random;
  }

  succeeded(nowMs: number): void {
    this.#goodSinceMs ??= nowMs;
  }

  /** Called at each failure; returns the wait in milliseconds. */
  failed(nowMs: number): number {
    if (this.#goodSinceMs !== null && nowMs - this.#goodSinceMs >= BACKOFF_MAX_MS) this.#tries = 0;
    this.#goodSinceMs = null;
    const fullMs = Math.min(BACKOFF_MIN_MS * 2 ** this.#tries, BACKOFF_MAX_MS);
    if (fullMs < BACKOFF_MAX_MS) this.#tries += 1;
    return Math.round(fullMs * (1 - this.#random() / 2));
  }
}
