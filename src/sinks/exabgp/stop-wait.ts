import {
  type Observable,
  type SchedulerLike,
  concat,
  defer,
  ignoreElements,
  interval,
  map,
  takeWhile,
} from 'rxjs';
import { STOP_CONFIRM_MAX_MS, STOP_DRAIN_MAX_MS } from './limits.ts';
import type { AnnouncedKeys } from './announced-keys.ts';
import type { ExabgpSession } from './session.ts';
import type { Transport } from './transport.ts';

/** How often the session is checked for whether waiting is over. */
const CHECK_MS = 5;

/**
 * The end of an orderly stop: completes when everything wanted is confirmed, taken by the
 * operating system and on disk, or its limit of time has passed. Emits nothing.
 */
export function waitForConfirmations(
  session: ExabgpSession,
  transport: Transport,
  announcedKeys: AnnouncedKeys,
  scheduler: SchedulerLike,
): Observable<never> {
  return concat(
    until(() => session.isComplete, STOP_CONFIRM_MAX_MS, scheduler),
    defer(async () => {
      const { pending } = session;
      if (pending > 0)
        session.notice('warn', 'stop_unconfirmed', `stopping with ${pending} routes unconfirmed`);
      await announcedKeys.saved();
    }),
    // What is not written when the process ends is lost.
    until(() => transport.pendingBytes === 0, STOP_DRAIN_MAX_MS, scheduler),
  ).pipe(ignoreElements());
}

function until(
  condition: () => boolean,
  limitMs: number,
  scheduler: SchedulerLike,
): Observable<number> {
  return defer(() => {
    const startMs = scheduler.now();
    return interval(CHECK_MS, scheduler).pipe(
      map(() => scheduler.now() - startMs),
      takeWhile((waitedMs) => waitedMs < limitMs && !condition()),
    );
  });
}
