import { stderrLog, type Level, type Log } from '../platform/log.ts';
import { limitLog } from './log-limit.ts';
import { jsonEventLogger } from './log-json.ts';
import { deferLogging, type DeferredEventLogger } from './log-deferred.ts';
import { lineEventLogger } from './log-lines.ts';
import type { EventLogger } from './event-logger.ts';
import { terminalLog } from './terminal-log.ts';

export interface Logging {
  /** For the daemon's own life: started, stopped, crashed. */
  readonly log: Log;
  /** For everything between start and stop: deferred until the work is done, and rate-limited. */
  readonly events: DeferredEventLogger;
}

/** JSON lines on stderr; readable lines where stderr is a terminal. */
export function logging(level: Level): Logging {
  const { isTTY } = process.stderr;
  const startMs = Date.now();
  const log = isTTY ? terminalLog(level, write) : stderrLog(level);
  const loggerAt = (timeMs?: number): EventLogger =>
    isTTY
      ? lineEventLogger(write, () => timeMs ?? Date.now(), startMs)
      : jsonEventLogger(log, timeMs);
  const limit = limitLog(loggerAt());
  const later = deferLogging((timeMs) => limit.over(loggerAt(timeMs)));
  const flush = (): void => {
    later.flush();
    limit.flush();
  };
  return { log, events: { ...later, flush } };
}

function write(line: string): void {
  process.stderr.write(line);
}
