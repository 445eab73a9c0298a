import type { LedgerEntry } from './entry.ts';

/** Routes that are not as they should be: ready to be written, or waiting for their time. */
export class RouteQueues {
  readonly withdraws = new Set<LedgerEntry>();
  readonly announces = new Set<LedgerEntry>();
  readonly #waiting = new Set<LedgerEntry>();

  /** Whether any waits for its time. */
  get waits(): boolean {
    return this.#waiting.size > 0;
  }

  /** Puts a route that is in no queue where its want belongs. */
  add(entry: LedgerEntry, nowMs: number): void {
    if (entry.want === null) return;
    if (entry.notBeforeMs > nowMs) this.#waiting.add(entry);
    else (entry.want.attributes === null ? this.withdraws : this.announces).add(entry);
  }

  remove(entry: LedgerEntry): void {
    this.withdraws.delete(entry);
    this.announces.delete(entry);
    this.#waiting.delete(entry);
  }

  /** Those that waited for their time, and it has come. */
  *due(nowMs: number): Generator<LedgerEntry> {
    for (const entry of this.#waiting) if (entry.notBeforeMs <= nowMs) yield entry;
  }

  clear(): void {
    this.withdraws.clear();
    this.announces.clear();
    this.#waiting.clear();
  }
}
