/** Offsets in a text → lines and columns, both from 1. */
export class LineStarts {
  readonly #starts: readonly number[];
  readonly #length: number;

  constructor(text: string) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
    this.#length = text.length;
  }

  /** The place of an offset; one outside the text is moved to its end. */
  placeOf(offset: number): { readonly line: number; readonly column: number } {
    const inside = Math.min(offset, this.#length);
    let first = 0;
    let last = this.#starts.length - 1;
    while (first < last) {
      const middle = Math.ceil((first + last) / 2);
      if ((this.#starts[middle] ?? 0) <= inside) first = middle;
      else last = middle - 1;
    }
    return { line: first + 1, column: inside - (this.#starts[first] ?? 0) + 1 };
  }
}
