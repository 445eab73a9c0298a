import { randomBytes } from 'node:crypto';

/** Browsers that are logged in at once; the oldest goes. */
const SESSIONS_MAX = 64;

/** A shift and a half. */
const LASTS_MS = 12 * 3_600_000;

const ID_BYTES = 32;
const COOKIE_NAME = 'routevane';

/** Logins of the page: a cookie that is worth nothing elsewhere instead of the token itself. */
export class Sessions {
  readonly #nowMs: () => number;
  readonly #untilMs = new Map<string, number>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The value of a `set-cookie` header. */
  open(): string {
    const [oldest] = this.#untilMs.keys();
    if (this.#untilMs.size >= SESSIONS_MAX && oldest !== undefined) this.#untilMs.delete(oldest);
    const id = randomBytes(ID_BYTES).toString('hex');
    this.#untilMs.set(id, this.#nowMs() + LASTS_MS);
    return cookie(id, LASTS_MS / 1000);
  }

  /** Whether the `cookie` header of a request names a session that is open. */
  has(header: string | undefined): boolean {
    const id = idOf(header);
    const untilMs = id === null ? undefined : this.#untilMs.get(id);
    return untilMs !== undefined && untilMs > this.#nowMs();
  }

  /** The value of the `set-cookie` header that makes the browser forget. */
  close(header: string | undefined): string {
    const id = idOf(header);
    if (id !== null) this.#untilMs.delete(id);
    return cookie('', 0);
  }
}

function cookie(id: string, maxAgeS: number): string {
  return `${COOKIE_NAME}=${id}; Max-Age=${maxAgeS}; Path=/; HttpOnly; SameSite=Strict`;
}

function idOf(header: string | undefined): string | null {
  for (const part of (header ?? '').split(';')) {
    const [name = '', value = ''] = part.trim().split('=');
    if (name === COOKIE_NAME) return value;
  }
  return null;
}
