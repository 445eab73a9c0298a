/** What had to be left out: the first of it in words, and how much there is. */
export class Problems {
  #first: string | null = null;
  #count = 0;

  add(what: string): void {
    this.#first ??= what;
    this.#count += 1;
  }

  /** `null`: nothing. */
  words(): string | null {
    if (this.#first === null || this.#count === 1) return this.#first;
    return `${this.#first}, and ${this.#count - 1} lines more`;
  }
}
