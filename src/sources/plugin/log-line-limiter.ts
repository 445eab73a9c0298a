import { printable } from '../../protocol/printable.ts';
import type { LogFields } from './messages.ts';
import { LOG_LINE_MAX_CHARS, LOG_LINES_PER_S_MAX } from './limits.ts';

const PERIOD_MS = 1_000;

/**
 * What a plugin prints or logs, as lines at a bounded rate. It is never lost
 * silently: the next line that is told says how many were not.
 */
export class LogLineLimiter {
  readonly #nowMs: () => number;
  readonly #say: (line: string, fields?: LogFields) => void;
  #sinceMs = -Infinity;
  #told = 0;
  #untold = 0;
  #rest = '';

  constructor(nowMs: () => number, say: (line: string, fields?: LogFields) => void) {
    this.#nowMs = nowMs;
    this.#say = say;
  }

  /** A piece of what was printed: lines, and the beginning of one. */
  print(text: string): void {
    const lines = (this.#rest + text).split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
    // A line without an end is told in pieces.
    this.#rest = rest.length > LOG_LINE_MAX_CHARS ? '' : rest;
    if (this.#rest !== rest) this.line(rest);
  }

  line(text: string, fields?: LogFields): void {
    const line = printable(text, LOG_LINE_MAX_CHARS);
    if (line === '' && fields === undefined) return;
    const nowMs = this.#nowMs();
    if (nowMs - this.#sinceMs >= PERIOD_MS) {
      this.#sinceMs = nowMs;
      this.#told = 0;
    }
    if (this.#told >= LOG_LINES_PER_S_MAX) {
      this.#untold += 1;
      return;
    }
    this.#told += 1;
    const untold = this.#untold;
    this.#untold = 0;
    this.#say(untold === 0 ? line : `${line} (after ${untold} lines that came too fast)`, fields);
  }
}
