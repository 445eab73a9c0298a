import { expected } from './expected.ts';

/** Something that has at most one deadline; `slot` belongs to `Deadlines`. */
export interface Due {
  /** Where it is in the heap, -1 while it is not. */
  slot: number;
}

/**
 * Every deadline of the core, earliest first: a binary heap that knows each item's place, so
 * that a change that reverts takes its deadline along. At most one entry an item.
 */
export class Deadlines<T extends Due> {
  readonly #items: T[] = [];
  readonly #atMs: number[] = [];

  /** The earliest deadline, monotonic milliseconds; Infinity where there is none. */
  get nextMs(): number {
    return this.#atMs[0] ?? Infinity;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Sets or moves the deadline of an item; Infinity takes it out. */
  set(item: T, atMs: number): void {
    if (atMs === Infinity) {
      if (item.slot >= 0) this.#remove(item.slot);
      return;
    }
    if (item.slot < 0) {
      this.#place(item, atMs, this.#items.length);
      this.#rise(item.slot);
      return;
    }
    if (this.#timeAt(item.slot) === atMs) return;
    this.#place(item, atMs, item.slot);
    this.#rise(item.slot);
    this.#sink(item.slot);
  }

  /** Takes out one item whose deadline is not after `nowMs`. */
  popDue(nowMs: number): T | null {
    const first = this.#items[0];
    if (first === undefined || this.nextMs > nowMs) return null;
    this.#remove(0);
    return first;
  }

  #remove(slot: number): void {
    const item = this.#itemAt(slot);
    const last = this.#items.pop();
    const lastMs = this.#atMs.pop();
    item.slot = -1;
    if (last === undefined || lastMs === undefined || last === item) return;
    this.#place(last, lastMs, slot);
    this.#rise(slot);
    this.#sink(last.slot);
  }

  #rise(start: number): void {
    let slot = start;
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      if (this.#timeAt(parent) <= this.#timeAt(slot)) return;
      this.#swap(parent, slot);
      slot = parent;
    }
  }

  #sink(start: number): void {
    let slot = start;
    for (;;) {
      const left = 2 * slot + 1;
      const child = this.#timeAt(left + 1) < this.#timeAt(left) ? left + 1 : left;
      if (this.#timeAt(slot) <= this.#timeAt(child)) return;
      this.#swap(child, slot);
      slot = child;
    }
  }

  #swap(a: number, b: number): void {
    const itemA = this.#itemAt(a);
    const itemB = this.#itemAt(b);
    const atMsA = this.#timeAt(a);
    this.#place(itemB, this.#timeAt(b), a);
    this.#place(itemA, atMsA, b);
  }

  #place(item: T, atMs: number, slot: number): void {
    this.#items[slot] = item;
    this.#atMs[slot] = atMs;
    item.slot = slot;
  }

  #itemAt(slot: number): T {
    return expected(this.#items[slot], 'an item in this slot of the heap');
  }

  /** Infinity beyond the last item: as if it came after all others. */
  #timeAt(slot: number): number {
    return this.#atMs[slot] ?? Infinity;
  }
}
