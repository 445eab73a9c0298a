/** Entries newest first, at most `max`, none twice, none older than they should be. */
export class Ring {
  /** @type {import('./events.js').Entry[]} oldest first */
  #entries = [];
  #max;
  #newest = -1;
  /** Changes with each change. */
  version = 0;

  /** @param {number} max */
  constructor(max) {
    this.#max = max;
  }

  get size() {
    return this.#entries.length;
  }

  /** @param {import('./events.js').Entry} entry */
  push(entry) {
    if (entry.seq <= this.#newest) return;
    this.#newest = entry.seq;
    this.#entries.push(entry);
    // A shift for each entry would move the whole array each time.
    if (this.#entries.length > this.#max * 2) this.#entries = this.#entries.slice(-this.#max);
    this.version += 1;
  }

  /**
   * Puts what was before we listened in front.
   *
   * @param {readonly import('./events.js').Entry[]} older oldest first
   */
  prepend(older) {
    const first = this.#entries[0]?.seq ?? Infinity;
    const fresh = older.filter((entry) => entry.seq < first);
    this.#entries = [...fresh, ...this.#entries];
    this.#newest = this.#entries.at(-1)?.seq ?? -1;
    this.version += 1;
  }

  clear() {
    this.#entries = [];
    this.#newest = -1;
    this.version += 1;
  }

  /**
   * Newest first, at most `count`.
   *
   * @param {number} [count]
   */
  latest(count = this.#max) {
    return this.#entries.slice(-Math.min(count, this.#max)).toReversed();
  }

  /**
   * Newest first, not before `fromMs`.
   *
   * @param {number} fromMs
   */
  since(fromMs) {
    return this.latest().filter((entry) => entry.atMs >= fromMs);
  }
}
