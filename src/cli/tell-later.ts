import type { Teller } from './tell.ts';

/** How long telling may wait: what has to be done for a change is done by then. */
const WAIT_MS = 100;

/** Things told in one turn of the loop: 64 take about a millisecond. */
const SLICE_MAX = 64;

export interface LaterTeller extends Teller {
  /** Tells all that waits, now. */
  readonly flush: () => void;
}

/**
 * Keeps what is to be told until the work is done, in its order: when 500 servers
 * die at once, 2,000 lines of log must not stand before the last withdraw.
 *
 * @param tellerAt tells of something that happened at `timeMs`, wall clock.
 */
export function tellLater(tellerAt: (timeMs: number) => Teller): LaterTeller {
  let waiting: (() => void)[] = [];
  let isScheduled = false;

  const add = (tell: (teller: Teller) => void): void => {
    const timeMs = Date.now();
    waiting.push(() => tell(tellerAt(timeMs)));
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(tellSlice, WAIT_MS);
  };
  const tellSlice = (): void => {
    const slice = waiting.slice(0, SLICE_MAX);
    waiting = waiting.slice(SLICE_MAX);
    for (const tell of slice) tell();
    isScheduled = waiting.length > 0;
    if (isScheduled) setImmediate(tellSlice);
  };
  return {
    turn: (turn) => add((teller) => teller.turn(turn)),
    report: (report) => add((teller) => teller.report(report)),
    notice: (notice) => add((teller) => teller.notice(notice)),
    flush: () => {
      const rest = waiting;
      waiting = [];
      for (const tell of rest) tell();
    },
  };
}
