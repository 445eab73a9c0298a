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

/** How often it is looked whether waiting is over. */
const LOOK_MS = 5;

/**
 * Completes when all that should be is confirmed, handed to the operating system
 * and remembered, or was waited for long enough. Emits nothing.
 */
export function awaitConfirmed(
  session: ExabgpSession,
  transport: Transport,
  remembered: AnnouncedKeys,
  scheduler: SchedulerLike,
): Observable<never> {
  return concat(
    until(() => session.complete, STOP_CONFIRM_MAX_MS, scheduler),
    defer(async () => {
      const { pending } = session;
      if (pending > 0)
        session.notice('warn', 'stop_unconfirmed', `stopping with ${pending} routes unconfirmed`);
      await remembered.saved();
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
    return interval(LOOK_MS, scheduler).pipe(
      map(() => scheduler.now() - startMs),
      takeWhile((waitedMs) => waitedMs < limitMs && !condition()),
    );
  });
}
