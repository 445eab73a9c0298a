/** Kept between messages; a bigger buffer is given back. */
const KEEP_BYTES_MAX = 64 * 1024;

/**
 * Bytes that come in pieces. The storage doubles, so that appending costs
 * constant time a byte, and pieces are copied, so that a server that sends
 * single bytes cannot make us keep one object for each of them.
 */
export class GrowingBuffer {
  readonly #maxBytes: number;
  #storage = Buffer.alloc(0);
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** The caller has checked that the limit is kept. */
  append(part: Uint8Array): void {
    const length = this.#length + part.length;
    if (length > this.#storage.length) this.#grow(length);
    this.#storage.set(part, this.#length);
    this.#length = length;
  }

  /** All that was appended and `last`; the buffer is empty then. Valid until the next append. */
  takeWith(last: Uint8Array): Uint8Array {
    if (this.#length === 0) return last;
    this.append(last);
    const whole = this.#storage.subarray(0, this.#length);
    this.#length = 0;
    if (this.#storage.length > KEEP_BYTES_MAX) this.#storage = Buffer.alloc(0);
    return whole;
  }

  #grow(length: number): void {
    const wanted = Math.max(length, Math.min(this.#storage.length * 2, this.#maxBytes), 1024);
    const storage = Buffer.allocUnsafe(wanted);
    storage.set(this.#storage.subarray(0, this.#length));
    this.#storage = storage;
  }
}
