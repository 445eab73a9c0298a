import { Observable } from 'rxjs';
import type { Notice } from '../model/notice.ts';
import { loopTime } from '../platform/loop-time.ts';

/** A shorter stall decides nothing that anybody would look for. */
const LOGGED_MS = 1000;

/** A notice after each stall of the event loop that is worth a line: what it explains is not the network's fault. */
export const stalls$: Observable<Notice> = new Observable((subscriber) =>
  loopTime.use((lengthMs) => {
    if (lengthMs < LOGGED_MS) return;
    subscriber.next({
      level: 'warn',
      event: 'loop_stalled',
      message: `stalled for ${(lengthMs / 1000).toFixed(1)} s; results of that time are discarded`,
    });
  }),
);
