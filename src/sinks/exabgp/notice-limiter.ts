import type { Notice } from '../../model/notice.ts';
import { NOTICE_PERIOD_MS } from './limits.ts';

interface Spoken {
  readonly atMs: number;
  swallowed: number;
}

/** Says each kind of thing once in `NOTICE_PERIOD_MS` and counts the rest. Bounded: kinds and neighbors are few. */
export class NoticeLimiter {
  readonly #say: (notice: Notice) => void;
  readonly #spoken = new Map<string, Spoken>();

  constructor(say: (notice: Notice) => void) {
    this.#say = say;
  }

  /** @param about what of one kind is told apart: a neighbor. */
  notice(level: Notice['level'], event: string, message: string, nowMs: number, about = ''): void {
    const kind = `${event} ${about}`;
    const last = this.#spoken.get(kind);
    if (last !== undefined && nowMs - last.atMs < NOTICE_PERIOD_MS) {
      last.swallowed += 1;
      return;
    }
    const more =
      last === undefined || last.swallowed === 0 ? '' : ` (and ${last.swallowed} more before)`;
    this.#spoken.set(kind, { atMs: nowMs, swallowed: 0 });
    this.#say({ level, event, message: message + more });
  }
}
