import { NoticeLimiter } from '../../platform/notice-limiter.ts';
import { printable } from '../../protocol/printable.ts';
import type { LogFields } from './messages.ts';
import { LOG_LINE_MAX_CHARS, LOG_LINES_PER_S_MAX } from './limits.ts';

const PERIOD_MS = 1_000;

/**
 * Splits what a plugin prints or logs into lines and limits their rate. The next line that passes
 * ends with how many were left out before it.
 */
export class LogLineLimiter {
  readonly #limiter: NoticeLimiter;
  readonly #write: (line: string, fields?: LogFields) => void;
  #rest = '';

  constructor(nowMs: () => number, write: (line: string, fields?: LogFields) => void) {
    this.#limiter = new NoticeLimiter({ max: LOG_LINES_PER_S_MAX, periodMs: PERIOD_MS, nowMs });
    this.#write = write;
  }

  /** A chunk of output: whole lines, and the beginning of one. */
  print(text: string): void {
    const lines = (this.#rest + text).split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
    // A line without an end passes in pieces.
    this.#rest = rest.length > LOG_LINE_MAX_CHARS ? '' : rest;
    if (this.#rest !== rest) this.line(rest);
  }

  line(text: string, fields?: LogFields): void {
    const line = printable(text, LOG_LINE_MAX_CHARS);
    if (line === '' && fields === undefined) return;
    const leftOut = this.#limiter.pass();
    if (leftOut === null) return;
    this.#write(
      leftOut === 0 ? line : `${line} (after ${leftOut} lines that came too fast)`,
      fields,
    );
  }
}
