/** Rolling figures for the plots: one point a second, bounded. Pure. */

/** A quarter of an hour. */
const pointsMax = 900;
/** What is kept of one second; beyond it every further value replaces a random earlier one. */
const valuesMax = 512;

/** Collects values and gives their median and worst for each second. */
export class Series {
  /** @type {number[]} seconds since 1970 */
  #times = [];
  /** @type {number[]} */
  #medians = [];
  /** @type {number[]} */
  #worst = [];
  /** @type {number[]} */
  #values = [];
  #second = -1;
  #seen = 0;
  #max = 0;
  version = 0;

  /**
   * @param {number} atMs
   * @param {number} value
   * @param {number} [chance] 0 … 1
   */
  add(atMs, value, chance = Math.random()) {
    const second = Math.floor(atMs / 1000);
    if (second > this.#second) this.#close(second);
    this.#seen += 1;
    this.#max = Math.max(this.#max, value);
    if (this.#values.length < valuesMax) this.#values.push(value);
    else if (chance < valuesMax / this.#seen) {
      this.#values[Math.floor((chance * this.#seen) % valuesMax)] = value;
    }
    this.version += 1;
  }

  /** Times, medians and worst values, oldest first, with the second that still runs. */
  points() {
    const open = this.#values.length > 0;
    return [
      open ? [...this.#times, this.#second] : this.#times,
      open ? [...this.#medians, medianOf(this.#values)] : this.#medians,
      open ? [...this.#worst, this.#max] : this.#worst,
    ];
  }

  /** @param {number} next the second that begins */
  #close(next) {
    if (this.#values.length > 0) {
      this.#times.push(this.#second);
      this.#medians.push(medianOf(this.#values));
      this.#worst.push(this.#max);
      if (this.#times.length > pointsMax) {
        for (const list of [this.#times, this.#medians, this.#worst]) list.shift();
      }
    }
    this.#values = [];
    this.#second = next;
    this.#seen = 0;
    this.#max = 0;
  }
}

/** @param {readonly number[]} values */
function medianOf(values) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
