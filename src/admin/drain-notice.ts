import type { Drain } from '../model/drain.ts';
import type { Notice } from '../model/notice.ts';
import type { WallClock } from './wall-clock.ts';

/** What became of a drain: `resumed` is one of an earlier life that is in force again. */
export type DrainChange = 'begun' | 'resumed' | 'ended' | 'expired';

/**
 * A drain for the log: who took what out of service must be found there also where no route
 * and no weight follows from it. Its texts were checked when they came in.
 */
export function drainNotice(
  change: DrainChange,
  drain: Drain,
  by: string,
  clock: WallClock,
): Notice {
  const what = `maintenance of ${drain.name}`;
  switch (change) {
    case 'begun': {
      const message = `${what} begins, by ${by}${termsOf(drain, clock)}`;
      return { level: 'info', event: 'drain_begun', message };
    }
    case 'resumed': {
      const message = `${what} continues after the restart, by ${by}${termsOf(drain, clock)}`;
      return { level: 'info', event: 'drain_resumed', message };
    }
    case 'ended':
      return { level: 'info', event: 'drain_ended', message: `${what} was ended by ${by}` };
    case 'expired':
      return {
        level: 'info',
        event: 'drain_expired',
        message: `${what} has expired`,
      };
    default:
      return change satisfies never;
  }
}

function termsOf({ reason, untilMs }: Drain, clock: WallClock): string {
  const until = untilMs === null ? '' : `, until ${clock.text(untilMs)}`;
  return `${until}${reason === '' ? '' : `: ${reason}`}`;
}
