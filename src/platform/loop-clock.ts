/** Later than this, and the loop did not run: it was blocked, or the whole process was stopped. */
export const STALL_MS = 10;

/**
 * A clock for time-outs that stands still while the event loop does not run.
 *
 * An answer that waited in a socket while this process could not read it must
 * not count as late. The clock needs to know when the loop's next timer is due;
 * what passes beyond that, more than a usual delay, is a stall and not time.
 * Where turn after turn is late, only the first of them is one: on a machine
 * that is always overloaded this clock goes on, and every time-out ends.
 */
export class LoopClock {
  readonly #nowMs: () => number;
  #expectedMs = Infinity;
  #stalledMs = 0;
  #hasStalled = false;
  /** The turn before was late, too. */
  #isLateAgain = false;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The loop should wake at `atMs` of the real clock at the latest. */
  expect(atMs: number): void {
    this.#expectedMs = atMs;
  }

  /** Milliseconds without stalls. */
  now(): number {
    const nowMs = this.#nowMs();
    const lateMs = nowMs - this.#expectedMs;
    if (lateMs > STALL_MS) {
      if (!this.#isLateAgain) this.#stalledMs += lateMs;
      this.#expectedMs = nowMs;
      this.#hasStalled = true;
    }
    return nowMs - this.#stalledMs;
  }

  /** When the real clock shows `loopMs`, unless the loop stalls again before. */
  toReal(loopMs: number): number {
    return loopMs + this.#stalledMs;
  }

  /** Whether the loop stalled since that was taken last. */
  get hasStalled(): boolean {
    return this.#hasStalled;
  }

  /** Whether the loop stalled since the last call. Call it once a turn. */
  takeStalled(): boolean {
    this.now();
    const hasStalled = this.#hasStalled;
    this.#hasStalled = false;
    this.#isLateAgain = hasStalled;
    return hasStalled;
  }
}
