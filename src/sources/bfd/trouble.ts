import type { Notice } from '../../model/notice.ts';
import { nowMs } from '../../platform/clock.ts';

/** Troubles of one kind that are told within `PER_MS`. */
const TOLD_MAX = 5;
const PER_MS = 60_000;

/** Tells of one kind of trouble: when it begins, when its cause changes, when it is over. */
export class OvsTrouble {
  readonly #notify: (notice: Notice) => void;
  readonly #beginEvent: string;
  readonly #overEvent: string;
  #cause: string | null = null;
  /** Whether the operator was told of the trouble there is. */
  #isTold = false;
  #sinceMs = -Infinity;
  #told = 0;

  constructor(notify: (notice: Notice) => void, beginEvent: string, overEvent: string) {
    this.#notify = notify;
    this.#beginEvent = beginEvent;
    this.#overEvent = overEvent;
  }

  begin(cause: string): void {
    if (cause === this.#cause) return;
    this.#cause = cause;
    if (!this.#mayTell()) return;
    this.#isTold = true;
    this.#notify({ level: 'warn', event: this.#beginEvent, message: cause });
  }

  over(message: string): void {
    this.#cause = null;
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#notify({ level: 'info', event: this.#overEvent, message });
  }

  #mayTell(): boolean {
    const atMs = nowMs();
    if (atMs - this.#sinceMs >= PER_MS) {
      this.#sinceMs = atMs;
      this.#told = 0;
    }
    this.#told += 1;
    return this.#told <= TOLD_MAX;
  }
}
