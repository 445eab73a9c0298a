import { Observable, type SchedulerLike, type Subscription } from 'rxjs';

/** What is let through of one child … */
export const PER_WINDOW_MAX = 100;
/** … in this time. */
export const WINDOW_MS = 1000;

/**
 * Lets at most `PER_WINDOW_MAX` values through in each window, as they come; of more, the newest
 * is kept until the next window begins. `overflowed` is told how many were thrown away, once
 * for each window in which some were.
 */
export function limitLatest<T>(
  scheduler: SchedulerLike,
  overflowed: (count: number) => void,
): (source$: Observable<T>) => Observable<T> {
  return (source$) =>
    new Observable((subscriber) => {
      let windowEndMs = -Infinity;
      let passed = 0;
      let dropped = 0;
      let kept: { readonly value: T } | null = null;
      let timer: Subscription | null = null;
      const pass = (value: T): void => {
        const nowMs = scheduler.now();
        if (nowMs >= windowEndMs) {
          windowEndMs = nowMs + WINDOW_MS;
          passed = 0;
        }
        passed += 1;
        subscriber.next(value);
      };
      const open = (): void => {
        timer = null;
        if (dropped > 0) overflowed(dropped);
        dropped = 0;
        const newest = kept;
        kept = null;
        windowEndMs = -Infinity;
        if (newest !== null) pass(newest.value);
      };
      subscriber.add(() => timer?.unsubscribe());
      subscriber.add(
        source$.subscribe({
          next: (value) => {
            if (scheduler.now() >= windowEndMs || passed < PER_WINDOW_MAX) {
              // What is newer than the one that waits takes its place.
              if (kept === null) {
                pass(value);
                return;
              }
            }
            if (kept !== null) dropped += 1;
            kept = { value };
            timer ??= scheduler.schedule(open, Math.max(0, windowEndMs - scheduler.now()));
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            if (kept !== null) subscriber.next(kept.value);
            subscriber.complete();
          },
        }),
      );
    });
}
