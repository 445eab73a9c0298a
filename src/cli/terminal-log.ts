import type { Level, Log } from '../platform/log.ts';
import { withoutControls } from '../protocol/printable.ts';

const order: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** The daemon's own few lines for a person at a terminal; see `lineTeller` for all others. */
export function terminalLog(level: Level, write: (line: string) => void): Log {
  return {
    write(at, _event, message) {
      if (order[at] >= order[level]) write(`${at.padEnd(5)}  ${withoutControls(message)}\n`);
    },
    // A terminal is written to at once.
    async end() {},
    flushNow() {},
    isStuck: () => false,
  };
}
