/**
 * Longest line kept, in bytes. The longest real one is an event about one UPDATE
 * of 65,535 bytes (RFC 8654), which is some 400 kB of JSON.
 */
const LINE_MAX_BYTES = 1 << 20;

const NEWLINE = 0x0a;

/**
 * Splits what ExaBGP writes into lines, whatever chunks it arrives in.
 *
 * A line above the limit is dropped while it arrives, so that 10 MB without a
 * newline cost no memory; `null` is given once in its place.
 */
export class LineReader {
  readonly #maxBytes: number;
  // Latin-1 gives each byte one character, so decoding cannot fail.
  readonly #decoder = new TextDecoder('latin1');
  #partial = '';
  #isDropping = false;

  constructor(maxBytes = LINE_MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that `chunk` completes, in order. */
  push(chunk: Uint8Array): readonly (string | null)[] {
    const lines: (string | null)[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#append(chunk.subarray(from, end), lines);
      if (!this.#isDropping) lines.push(this.#partial);
      this.#partial = '';
      this.#isDropping = false;
      from = end + 1;
    }
    this.#append(chunk.subarray(from), lines);
    return lines;
  }

  /** Drops an unfinished line: its writer is gone. */
  reset(): void {
    this.#partial = '';
    this.#isDropping = false;
  }

  #append(bytes: Uint8Array, lines: (string | null)[]): void {
    if (this.#isDropping || bytes.length === 0) return;
    if (this.#partial.length + bytes.length > this.#maxBytes) {
      this.#partial = '';
      this.#isDropping = true;
      lines.push(null);
      return;
    }
    this.#partial += this.#decoder.decode(bytes);
  }
}
