import { LINE_MAX_BYTES } from '../../protocol/execd-line.ts';

const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines of at most `LINE_MAX_BYTES`. */
export class LineSplitter {
  #begun: Buffer = Buffer.alloc(0);

  /** The lines that are whole now; `null`: there is one that is too long, and no way on. */
  add(chunk: Buffer): readonly string[] | null {
    const bytes = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]);
    const lines: string[] = [];
    let from = 0;
    let to = bytes.indexOf(NEWLINE, from);
    while (to >= 0) {
      if (to - from > LINE_MAX_BYTES) return null;
      lines.push(bytes.toString('utf8', from, to));
      from = to + 1;
      to = bytes.indexOf(NEWLINE, from);
    }
    this.#begun = bytes.subarray(from);
    return this.#begun.length > LINE_MAX_BYTES ? null : lines;
  }
}
