/** Lets a bounded number of starts be under way; the others wait in line. */
export class StartSlots {
  readonly #atOnceMax: number;
  readonly #waiting = new Set<() => void>();
  #underWay = 0;

  constructor(atOnceMax: number) {
    this.#atOnceMax = atOnceMax;
  }

  /** Calls `begin` when it is its turn. Returns what ends the turn, or the waiting for it. */
  queue(begin: () => void): () => void {
    let isUnderWay = false;
    let isOver = false;
    const turn = (): void => {
      isUnderWay = true;
      this.#underWay += 1;
      begin();
    };
    this.#waiting.add(turn);
    this.#next();
    return () => {
      if (isOver) return;
      isOver = true;
      this.#waiting.delete(turn);
      if (isUnderWay) this.#underWay -= 1;
      this.#next();
    };
  }

  #next(): void {
    for (const turn of this.#waiting) {
      if (this.#underWay >= this.#atOnceMax) return;
      this.#waiting.delete(turn);
      turn();
    }
  }
}
