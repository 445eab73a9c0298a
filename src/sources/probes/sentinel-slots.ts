/** The descriptors that sentinels may hold together: first come, first served. */
export class SentinelSlots {
  #max = Infinity;
  #taken = 0;

  /** Whether one was free, and is taken now. */
  take(): boolean {
    if (this.#taken >= this.#max) return false;
    this.#taken += 1;
    return true;
  }

  free(): void {
    this.#taken -= 1;
  }

  /** There may be so many from now on; more than that may still be taken. */
  limit(max: number): void {
    this.#max = max;
  }

  get isOverfull(): boolean {
    return this.#taken > this.#max;
  }
}
