import type { WrittenLine } from './entry.ts';

/**
 * Lines that wait for their `done` or `error`, in the order they were written.
 *
 * Some bad input gets no answer at all, and then every later answer would be
 * taken for the one before it. The header of a poke's reply puts that right:
 * whatever was written before the poke and is still here when the header comes
 * was passed over.
 */
export class WrittenLines {
  #lines: WrittenLine[] = [];
  #bytes = 0;

  get count(): number {
    return this.#lines.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get pokes(): number {
    return this.#lines.reduce((count, line) => count + (line.kind === 'poke' ? 1 : 0), 0);
  }

  get head(): WrittenLine | null {
    return this.#lines[0] ?? null;
  }

  get last(): WrittenLine | null {
    return this.#lines.at(-1) ?? null;
  }

  add(line: WrittenLine): void {
    this.#lines.push(line);
    this.#bytes += line.text.length + 1;
  }

  /** The line that the next answer belongs to. */
  take(): WrittenLine | null {
    const line = this.#lines.shift() ?? null;
    if (line !== null) this.#bytes -= line.text.length + 1;
    return line;
  }

  /** A header came: the lines before the first poke were passed over. `null`: nobody asked for it. */
  passedOver(): readonly WrittenLine[] | null {
    const poke = this.#lines.findIndex((line) => line.kind === 'poke');
    if (poke < 0) return null;
    const passed = this.#lines.splice(0, poke);
    for (const line of passed) this.#bytes -= line.text.length + 1;
    return passed;
  }

  /** Lines written before `beforeMs`, oldest first. */
  *olderThan(beforeMs: number): Generator<WrittenLine> {
    for (const line of this.#lines) {
      if (line.sentAtMs > beforeMs) return;
      yield line;
    }
  }

  /** Gives up on all of them. */
  clear(): readonly WrittenLine[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#bytes = 0;
    return lines;
  }
}
