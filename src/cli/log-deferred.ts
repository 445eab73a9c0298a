import type { EventLogger } from './event-logger.ts';

/** How long telling may wait: what has to be done for a change is done by then. */
const WAIT_MS = 100;

/** Things told in one turn of the loop: 64 take about a millisecond. */
const SLICE_MAX = 64;

export interface DeferredEventLogger extends EventLogger {
  /** Tells all that waits, now. */
  readonly flush: () => void;
}

/**
 * Keeps what is to be told until the work is done, in its order: when 500 servers
 * die at once, 2,000 lines of log must not stand before the last withdraw.
 *
 * @param loggerAt tells of something that happened at `timeMs`, wall clock.
 */
export function deferLogging(loggerAt: (timeMs: number) => EventLogger): DeferredEventLogger {
  let waiting: (() => void)[] = [];
  let isScheduled = false;

  const add = (write: (logger: EventLogger) => void): void => {
    const timeMs = Date.now();
    waiting.push(() => write(loggerAt(timeMs)));
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(writeSlice, WAIT_MS);
  };
  const writeSlice = (): void => {
    const slice = waiting.slice(0, SLICE_MAX);
    waiting = waiting.slice(SLICE_MAX);
    for (const write of slice) write();
    isScheduled = waiting.length > 0;
    if (isScheduled) setImmediate(writeSlice);
  };
  return {
    turn: (turn) => add((logger) => logger.turn(turn)),
    report: (report) => add((logger) => logger.report(report)),
    notice: (notice) => add((logger) => logger.notice(notice)),
    flush: () => {
      const rest = waiting;
      waiting = [];
      for (const write of rest) write();
    },
  };
}
