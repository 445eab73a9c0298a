import { LinkedList, ListNode } from './linked-list.ts';

/** One tick: every timer is at most this much late, and all of one tick run together. */
export const TICK_MS = 10;
/**
 * One turn of the wheel is 10 s. A timer beyond it waits in its slot for further
 * turns; round, so that timers on a coarser grid share slots in every turn.
 */
const SLOTS = 1000;

/** One timer of a wheel: made once, scheduled any number of times. */
export class WheelTimer<T> extends ListNode<T> {
  dueTick = 0;

  get dueMs(): number {
    return this.dueTick * TICK_MS;
  }
}

/**
 * Any number of coarse timers behind one real one: scheduling, moving and
 * cancelling take constant time and allocate nothing. The wheel reads no clock;
 * its owner sleeps until `nextMs()` and then calls `advance`.
 */
export class TimerWheel<T> {
  readonly #slots: readonly LinkedList<T>[] = Array.from({ length: SLOTS }, () => new LinkedList());
  /** Timers that `advance` took from their slot and has not yet run. */
  readonly #due = new LinkedList<T>();
  #tick: number;
  #size = 0;

  constructor(nowMs: number) {
    this.#tick = Math.floor(nowMs / TICK_MS);
  }

  /** Timers that are waiting. */
  get size(): number {
    return this.#size;
  }

  /** Runs `timer` at the first tick at or after `atMs`, and not before the next tick. */
  schedule(timer: WheelTimer<T>, atMs: number): void {
    this.cancel(timer);
    timer.dueTick = Math.max(Math.ceil(atMs / TICK_MS), this.#tick + 1);
    this.#slots[timer.dueTick % SLOTS]?.push(timer);
    this.#size += 1;
  }

  cancel(timer: WheelTimer<T>): void {
    if (timer.list === null) return;
    timer.unlink();
    this.#size -= 1;
  }

  /** Calls `run` for each timer that is due. After a stall each of them runs once. */
  advance(nowMs: number, run: (value: T) => void): void {
    const lastTick = Math.floor(nowMs / TICK_MS);
    // One turn visits every slot, however long the stall was.
    const fromTick = Math.max(this.#tick + 1, lastTick - SLOTS + 1);
    for (let tick = fromTick; tick <= lastTick; tick += 1) this.#collect(tick, lastTick);
    this.#tick = Math.max(this.#tick, lastTick);
    for (let node = this.#due.shift(); node !== null; node = this.#due.shift()) {
      this.#size -= 1;
      run(node.value);
    }
  }

  #collect(tick: number, lastTick: number): void {
    let node = this.#slots[tick % SLOTS]?.first ?? null;
    while (node !== null) {
      const { next } = node;
      if (node instanceof WheelTimer && node.dueTick <= lastTick) this.#due.push(node);
      node = next;
    }
  }

  /**
   * When to call `advance` next; `Infinity` where nothing waits. A slot that
   * holds only timers of later turns wakes for nothing, once a turn at most.
   */
  nextMs(): number {
    if (this.#size === 0) return Infinity;
    for (let tick = this.#tick + 1; tick <= this.#tick + SLOTS; tick += 1) {
      if (this.#slots[tick % SLOTS]?.first) return tick * TICK_MS;
    }
    return Infinity;
  }
}
