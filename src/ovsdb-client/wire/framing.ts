import { Fault } from '../fault.ts';
import { quoted } from '../text.ts';
import { GrowingBuffer } from './growing-buffer.ts';

/** OVS itself refuses deeper JSON. */
const DEPTH_MAX = 1000;
/** How much of what is no message a reason shows. */
const EXCERPT_BYTES = 60;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** What one chunk completed. After a `fault` the stream cannot be read any further. */
export interface Frames {
  readonly messages: readonly unknown[];
  readonly fault: Fault | null;
}

/**
 * Cuts a stream of bytes into JSON objects: JSON-RPC over a stream has no other
 * framing than that the braces match. Each byte is looked at once, whatever the
 * chunks are, and no more than `messageMaxBytes` are ever kept. Bytes of a
 * UTF-8 character are all above 0x7f, so they never look like structure.
 */
export class Framer {
  readonly #messageMaxBytes: number;
  readonly #pending: GrowingBuffer;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  constructor(messageMaxBytes: number) {
    this.#messageMaxBytes = messageMaxBytes;
    this.#pending = new GrowingBuffer(messageMaxBytes);
  }

  /** Bytes of an unfinished message that are kept. */
  get pendingBytes(): number {
    return this.#pending.length;
  }

  push(chunk: Uint8Array): Frames {
    const messages: unknown[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#depth === 0) {
        at = skipBlanks(chunk, at);
        if (at === chunk.length) break;
        if (chunk[at] !== OPEN_BRACE) return { messages, fault: garbage(chunk, at) };
      }
      const end = this.#scan(chunk, at);
      const fault = this.#check(end - at);
      if (fault !== null) return { messages, fault };
      const part = chunk.subarray(at, end);
      at = end;
      if (this.#depth > 0) {
        this.#pending.append(part);
        break;
      }
      const message = this.#parse(part);
      if (message instanceof Fault) return { messages, fault: message };
      messages.push(message);
    }
    return { messages, fault: null };
  }

  /** Returns where the message that goes on at `from` ends, or the chunk's length. */
  #scan(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (this.#isInString) this.#scanInString(byte);
      else if (byte === QUOTE) this.#isInString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth += 1;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        this.#depth -= 1;
        if (this.#depth === 0) return at + 1;
      }
      if (this.#depth > DEPTH_MAX) return at + 1;
    }
    return chunk.length;
  }

  #scanInString(byte: number | undefined): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#isInString = false;
  }

  #check(partBytes: number): Fault | null {
    if (this.#depth > DEPTH_MAX) return new Fault(`a message nested deeper than ${DEPTH_MAX}`);
    if (this.#pending.length + partBytes <= this.#messageMaxBytes) return null;
    return new Fault(`a message of more than ${this.#messageMaxBytes} bytes`);
  }

  #parse(part: Uint8Array): unknown {
    const bytes = this.#pending.takeWith(part);
    try {
      return JSON.parse(this.#decoder.decode(bytes));
    } catch {
      return new Fault(`invalid JSON: ${excerpt(bytes)}`);
    }
  }
}

function skipBlanks(chunk: Uint8Array, from: number): number {
  let at = from;
  while (at < chunk.length && isBlank(chunk[at])) at += 1;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function garbage(chunk: Uint8Array, at: number): Fault {
  return new Fault(`${excerpt(chunk.subarray(at))} where a message should begin`);
}

/** The first line, so that an HTTP server is known by its status. */
function excerpt(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, EXCERPT_BYTES)).toString('latin1');
  return quoted(text.split('\r\n', 1)[0] ?? '');
}
