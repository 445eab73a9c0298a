import type { Notice } from '../model/notice.ts';
import { nowMs } from '../platform/clock.ts';
import { NoticeLimiter, withLeftOut } from '../platform/notice-limiter.ts';

/** Begins of one trouble that are reported in a period. */
const LIMIT = { max: 5, periodMs: 60_000, nowMs };

/**
 * Reports one trouble that comes and goes: when it begins, when its cause changes, and when it is
 * over. One that does so more often than five times a minute is reported no more than that, and
 * its end only where its begin was.
 */
export class Trouble {
  readonly #notify: (notice: Notice) => void;
  readonly #beginEvent: string;
  readonly #overEvent: string;
  readonly #limiter = new NoticeLimiter(LIMIT);
  #cause: string | null = null;
  /** Whether the begin of the trouble there is was reported. */
  #isReported = false;

  constructor(notify: (notice: Notice) => void, beginEvent: string, overEvent: string) {
    this.#notify = notify;
    this.#beginEvent = beginEvent;
    this.#overEvent = overEvent;
  }

  /** The same cause again is reported once. */
  begin(cause: string): void {
    if (cause === this.#cause) return;
    this.#cause = cause;
    const leftOut = this.#limiter.pass();
    if (leftOut === null) return;
    this.#isReported = true;
    this.#notify({ level: 'warn', event: this.#beginEvent, message: withLeftOut(cause, leftOut) });
  }

  over(message: string): void {
    this.#cause = null;
    if (!this.#isReported) return;
    this.#isReported = false;
    this.#notify({ level: 'info', event: this.#overEvent, message });
  }
}
