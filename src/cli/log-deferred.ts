import type { EventLogger } from './event-logger.ts';

/** How long a line may wait: the commands that follow from the same change are written by then. */
const WAIT_MS = 100;

/** Lines written in one turn of the event loop: 64 take about a millisecond. */
const SLICE_MAX = 64;

export interface DeferredEventLogger extends EventLogger {
  /** Writes all waiting lines now. */
  readonly flush: () => void;
}

/**
 * Defers log lines, in their order, until the work is done: when 500 servers die at once, 2,000
 * log lines must not delay the last withdraw.
 *
 * @param loggerAt gives a logger that stamps its lines with `timeMs`, wall clock.
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
