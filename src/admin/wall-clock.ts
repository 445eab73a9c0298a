import { nowMs } from '../platform/clock.ts';

/** A step of the wall clock larger than this is followed; less is jitter of two clocks. */
const STEP_MIN_MS = 500;

/** Turns monotonic milliseconds into wall-clock times, as users and files have them, and back. */
export class WallClock {
  readonly #nowMs: () => number;
  readonly #wallMs: () => number;
  #offsetMs: number;

  constructor(monotonicMs: () => number = nowMs, wallMs: () => number = Date.now) {
    this.#nowMs = monotonicMs;
    this.#wallMs = wallMs;
    this.#offsetMs = wallMs() - monotonicMs();
  }

  /** Monotonic, milliseconds. */
  nowMs(): number {
    return this.#nowMs();
  }

  /** RFC 3339 in UTC, of a monotonic time. The same instant gives the same text each time. */
  text(atMs: number): string {
    return new Date(this.toWall(atMs)).toISOString();
  }

  textOrNull(atMs: number | null): string | null {
    return atMs === null ? null : this.text(atMs);
  }

  /** Milliseconds since 1970. */
  toWall(atMs: number): number {
    return Math.round(atMs + this.#offset());
  }

  toMonotonic(wallMs: number): number {
    return wallMs - this.#offset();
  }

  #offset(): number {
    const offsetMs = this.#wallMs() - this.#nowMs();
    if (Math.abs(offsetMs - this.#offsetMs) > STEP_MIN_MS) this.#offsetMs = offsetMs;
    return this.#offsetMs;
  }
}
