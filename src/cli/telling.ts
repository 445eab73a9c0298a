import { stderrLog, type Level, type Log } from '../platform/log.ts';
import { calmly } from './tell-calmly.ts';
import { jsonTeller } from './tell-json.ts';
import { tellLater, type LaterTeller } from './tell-later.ts';
import { lineTeller } from './tell-lines.ts';
import type { Teller } from './tell.ts';
import { terminalLog } from './terminal-log.ts';

export interface Telling {
  /** For the daemon's own life: started, stopped, crashed. */
  readonly log: Log;
  /** For all that happens meanwhile: after the work is done, and calmly. */
  readonly teller: LaterTeller;
}

/** JSON lines on stderr; readable ones where stderr is a terminal, for then a person looks at it. */
export function telling(level: Level): Telling {
  const { isTTY } = process.stderr;
  const startMs = Date.now();
  const log = isTTY ? terminalLog(level, write) : stderrLog(level);
  const tellerAt = (timeMs?: number): Teller =>
    isTTY ? lineTeller(write, () => timeMs ?? Date.now(), startMs) : jsonTeller(log, timeMs);
  const calm = calmly(tellerAt());
  const later = tellLater((timeMs) => calm.over(tellerAt(timeMs)));
  const flush = (): void => {
    later.flush();
    calm.flush();
  };
  return { log, teller: { ...later, flush } };
}

function write(line: string): void {
  process.stderr.write(line);
}
