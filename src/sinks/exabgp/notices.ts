import type { Notice } from '../../model/report.ts';
import { NOTICE_PERIOD_MS } from './limits.ts';

interface Spoken {
  readonly atMs: number;
  swallowed: number;
}

/** Says each kind of thing once in `NOTICE_PERIOD_MS` and counts the rest. Bounded: kinds are ours. */
export class Notices {
  readonly #say: (notice: Notice) => void;
  readonly #spoken = new Map<string, Spoken>();

  constructor(say: (notice: Notice) => void) {
    this.#say = say;
  }

  notice(level: Notice['level'], event: string, message: string, nowMs: number): void {
    const last = this.#spoken.get(event);
    if (last !== undefined && nowMs - last.atMs < NOTICE_PERIOD_MS) {
      last.swallowed += 1;
      return;
    }
    const more =
      last === undefined || last.swallowed === 0 ? '' : ` (and ${last.swallowed} more before)`;
    this.#spoken.set(event, { atMs: nowMs, swallowed: 0 });
    this.#say({ level, event, message: message + more });
  }
}
