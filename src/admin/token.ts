import { createHash, timingSafeEqual } from 'node:crypto';
import { statSync } from 'node:fs';
import { messageOf } from '../platform/error.ts';
import { readRegularFileSync } from '../platform/safe-file.ts';

/** Shorter ones can be guessed: 16 characters are the least. */
const TOKEN_MIN_CHARS = 16;
const TOKEN_MAX_BYTES = 4096;

/** Bits of a file's mode that let others than owner and group read it, or the group change it. */
const TOO_OPEN_MODE = 0o027;

/** Wrong tokens from one address within `windowMs`; beyond them wrong ones are neither counted nor logged. */
const WRONG_MAX = 10;
const WINDOW_MS = 60_000;

/** Addresses whose wrong tokens are counted. */
const ADDRESSES_MAX = 1024;

export type TokenResult =
  { readonly ok: true; readonly token: string } | { readonly ok: false; readonly reason: string };

/** Reads the token: the file's text without the space around it. The token is in no message. */
export function readToken(path: string): TokenResult {
  try {
    const found = statSync(path);
    // A pipe would be waited for, and the whole daemon with it.
    if (!found.isFile()) return { ok: false, reason: `${path} is not a regular file` };
    const { mode, size } = found;
    if ((mode & TOO_OPEN_MODE) !== 0) {
      return {
        ok: false,
        reason: `${path} can be read or written by other users: chmod 0640 or 0600`,
      };
    }
    if (size > TOKEN_MAX_BYTES) return { ok: false, reason: `${path} is too large for a token` };
    const token = readRegularFileSync(path, TOKEN_MAX_BYTES, 'follow').toString('utf8').trim();
    if (/^[!-~]+$/u.test(token) && token.length >= TOKEN_MIN_CHARS) return { ok: true, token };
    const expected = `expected at least ${TOKEN_MIN_CHARS} printable ASCII characters without spaces`;
    return { ok: false, reason: `${path} does not contain a valid token: ${expected}` };
  } catch (error) {
    return { ok: false, reason: messageOf(error) };
  }
}

/** Compares in a time that depends on neither text. */
export function isSameToken(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

interface Wrong {
  count: number;
  readonly fromMs: number;
}

/** Counts wrong tokens by address, so that none can be guessed by trying. */
export class WrongTokens {
  readonly #nowMs: () => number;
  readonly #wrong = new Map<string, Wrong>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Milliseconds until a further wrong token of this address is worth a look; 0: it is now. */
  blockedMs(address: string): number {
    const wrong = this.#wrong.get(address);
    if (wrong === undefined || wrong.count < WRONG_MAX) return 0;
    const leftMs = wrong.fromMs + WINDOW_MS - this.#nowMs();
    if (leftMs > 0) return leftMs;
    this.#wrong.delete(address);
    return 0;
  }

  /** True where this is worth a line in the log: the first, and the one that blocks. */
  add(address: string): boolean {
    const nowMs = this.#nowMs();
    let wrong = this.#wrong.get(address);
    if (wrong === undefined || wrong.fromMs + WINDOW_MS <= nowMs) {
      this.#wrong.delete(address);
      // The oldest goes: whoever has that many addresses is not stopped by counting.
      const [oldest] = this.#wrong.keys();
      if (this.#wrong.size >= ADDRESSES_MAX && oldest !== undefined) this.#wrong.delete(oldest);
      wrong = { count: 0, fromMs: nowMs };
      this.#wrong.set(address, wrong);
    }
    wrong.count += 1;
    return wrong.count === 1 || wrong.count === WRONG_MAX;
  }
}
