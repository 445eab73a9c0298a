import { nowMs } from './clock.ts';
import { STALL_MS } from './loop-clock.ts';

/** How often the loop is checked; a stall is up to this longer than measured. */
const BEAT_MS = 200;

/** After a stall, what waits in a socket or a queue is read within this. */
export const GRACE_MS = 500;

/**
 * The time for which the event loop ran, where it is in use: it stands still while the loop is
 * blocked, or the whole process is stopped, so that a stall of our own is no time-out of others.
 * On a machine that is late at each beat it goes on all the same, by one beat each time, so that
 * every time-out ends.
 */
class LoopTime {
  readonly #stalled = new Set<(lengthMs: number) => void>();
  #timer: NodeJS.Timeout | null = null;
  #users = 0;
  #dueMs = Infinity;
  #stalledMs = 0;

  /**
   * Keeps the time while it is in use. Its timer keeps no process alive.
   *
   * @param stalled is called after each stall.
   * @returns releases it.
   */
  use(stalled: (lengthMs: number) => void = ignore): () => void {
    this.#users += 1;
    this.#stalled.add(stalled);
    if (this.#users === 1) this.#begin();
    return () => {
      this.#stalled.delete(stalled);
      this.#users -= 1;
      if (this.#users > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
      this.#dueMs = Infinity;
    };
  }

  /** Milliseconds without stalls. */
  now(): number {
    const atMs = nowMs();
    const lateMs = atMs - this.#dueMs;
    if (lateMs > STALL_MS) {
      this.#stalledMs += lateMs;
      this.#dueMs = atMs + BEAT_MS;
      for (const stalled of this.#stalled) stalled(lateMs);
    }
    return atMs - this.#stalledMs;
  }

  #begin(): void {
    this.#dueMs = nowMs() + BEAT_MS;
    this.#timer = setInterval(() => {
      this.now();
      this.#dueMs = nowMs() + BEAT_MS;
    }, BEAT_MS).unref();
  }
}

function ignore(): void {}

/** One for the process: there is one event loop. */
export const loopTime = new LoopTime();

/** Rings after a time for which the event loop ran: a stall does not count. Its owner closes it. */
export class StallAwareAlarm {
  readonly #ring: () => void;
  #release: (() => void) | null = null;
  #timer: NodeJS.Timeout | null = null;
  #dueMs = Infinity;
  #hasWaited = false;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Rings once when `delayMs` of the loop's time have passed, instead of when it was to ring before. */
  set(delayMs: number): void {
    this.#release ??= loopTime.use();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#hasWaited = false;
    this.#dueMs = loopTime.now() + delayMs;
    this.#wait(delayMs);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#release?.();
    this.#release = null;
  }

  #wait(delayMs: number): void {
    const dueMs = nowMs() + delayMs;
    this.#timer = setTimeout(() => this.#check(dueMs), Math.max(1, Math.ceil(delayMs)));
  }

  #check(dueMs: number): void {
    const leftMs = this.#dueMs - loopTime.now();
    // Timers come before the sockets: what arrived in a stall is not read yet.
    const isLate = nowMs() - dueMs > STALL_MS && !this.#hasWaited;
    if (isLate) this.#hasWaited = true;
    if (leftMs > 1 || isLate) return this.#wait(Math.max(leftMs, isLate ? GRACE_MS : 0));
    this.close();
    this.#ring();
  }
}
