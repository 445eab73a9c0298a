import { Observable, type SchedulerLike, type Subscription } from 'rxjs';
import type { ExecdSignal } from '../../model/config.ts';
import type { Pace } from '../../model/pace.ts';
import { startChild, type Child, type ChildEnd } from '../../platform/child.ts';
import { readExecdLine, LINE_MAX_BYTES, type LineVerdict } from '../../protocol/execd-line.ts';
import { printable } from '../../protocol/printable.ts';
import { LineSplitter } from './line-splitter.ts';

/** What is read from a child in a second; one that writes more blocks on its pipe. */
export const READ_MAX_BYTES_PER_S = 512 * 1024;
/** A child has at least this long until its first line: an interpreter takes time to start. */
export const START_MAX_MS = 5000;
const STDERR_KEPT_CHARS = 200;

export type ExecdRun = Omit<ExecdSignal, 'settle' | 'type'>;

/**
 * Runs one child until it ends; with `trigger: poll` asks it for a line at its `pace`. Emits the
 * verdict of each line, and a last `lost` when it exited, or was ended because it printed nothing for
 * too long (before its first line: `START_MAX_MS` at least) or a line that was too long. `onStderr`
 * is called with the beginning of what it writes on stderr. Unsubscribing ends it.
 */
export function runOnce(
  run: ExecdRun,
  pace: Pace,
  scheduler: SchedulerLike,
  onStderr: (line: string) => void = () => {},
): Observable<LineVerdict> {
  return new Observable((subscriber) => {
    const report: Report = (verdict, isLast) => {
      subscriber.next(verdict);
      if (isLast) subscriber.complete();
    };
    const child = new Run({ run, pace, scheduler, report, onStderr });
    return () => child.close();
  });
}

type Report = (verdict: LineVerdict, isLast: boolean) => void;

type TimerName = 'poll' | 'answer' | 'stale' | 'rest';

interface RunParts {
  readonly run: ExecdRun;
  readonly pace: Pace;
  readonly scheduler: SchedulerLike;
  readonly report: Report;
  readonly onStderr: (line: string) => void;
}

class Run {
  readonly #run: ExecdRun;
  readonly #pace: Pace;
  readonly #scheduler: SchedulerLike;
  readonly #report: Report;
  readonly #onStderr: (line: string) => void;
  readonly #child: Child;
  readonly #lines = new LineSplitter();
  readonly #timers = new Map<TimerName, Subscription>();
  #polledMs = 0;
  #bytes = 0;
  #hasPrinted = false;
  #lastStderr = '';
  #isOver = false;

  constructor({ run, pace, scheduler, report, onStderr }: RunParts) {
    this.#run = run;
    this.#pace = pace;
    this.#scheduler = scheduler;
    this.#report = report;
    this.#onStderr = onStderr;
    this.#child = startChild(
      { command: run.command, user: run.user, stdin: 'pipe' },
      {
        stdout: (chunk) => this.#read(chunk),
        stderr: (chunk) => this.#readStderr(chunk),
        ended: (end) => this.#end(endReason(end, this.#lastStderr)),
      },
    );
    this.#restartStaleTimer();
    if (run.trigger === 'poll') this.#poll();
  }

  close(): void {
    this.#isOver = true;
    for (const timer of this.#timers.values()) timer.unsubscribe();
    this.#child.stop();
  }

  /** An empty line asks the child for its next one. */
  #poll(): void {
    const { timeoutMs } = this.#run;
    this.#polledMs = this.#scheduler.now();
    this.#pollLater();
    // It has not answered yet: asked again, it would answer several times at once.
    if (this.#timers.has('answer')) return;
    this.#child.write('\n');
    const waitMs = this.#timeLimitMs(timeoutMs);
    this.#after('answer', waitMs, () => this.#end(`no answer within ${waitMs}ms`));
  }

  /** At its pace since the last poll; set again when an answer changed the pace. */
  #pollLater(): void {
    const nowMs = this.#scheduler.now();
    this.#after('poll', this.#pace.nextMs(this.#polledMs, nowMs) - nowMs, () => this.#poll());
  }

  #restartStaleTimer(): void {
    const { staleAfterMs } = this.#run;
    if (staleAfterMs === null) return;
    const waitMs = this.#timeLimitMs(staleAfterMs);
    this.#after('stale', waitMs, () => this.#end(`printed no line for ${waitMs}ms`));
  }

  #timeLimitMs(wantedMs: number): number {
    return this.#hasPrinted ? wantedMs : Math.max(wantedMs, START_MAX_MS);
  }

  #read(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#count(chunk.length);
    const lines = this.#lines.add(chunk);
    if (lines === null) {
      this.#end(`printed a line longer than ${LINE_MAX_BYTES / 1024} KiB`);
      return;
    }
    if (lines.length === 0) return;
    this.#hasPrinted = true;
    this.#stop('answer');
    this.#restartStaleTimer();
    for (const line of lines) {
      const verdict = readExecdLine(line);
      this.#pace.note(verdict.state);
      this.#report(verdict, false);
      // The subscriber may have unsubscribed.
      if (this.#isOver) return;
    }
    if (this.#run.trigger === 'poll') this.#pollLater();
  }

  #readStderr(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#count(chunk.length);
    const line = chunk.toString('utf8', 0, STDERR_KEPT_CHARS * 4).split('\n', 1)[0] ?? '';
    this.#lastStderr = printable(line, STDERR_KEPT_CHARS);
    if (this.#lastStderr !== '') this.#onStderr(this.#lastStderr);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= READ_MAX_BYTES_PER_S) {
      if (!this.#timers.has('rest')) this.#after('rest', 1000, () => this.#rested());
    } else this.#child.pause();
  }

  #rested(): void {
    this.#bytes = 0;
    this.#child.resume();
  }

  #after(what: TimerName, delayMs: number, work: () => void): void {
    this.#stop(what);
    const fired = (): void => {
      this.#timers.delete(what);
      work();
    };
    this.#timers.set(what, this.#scheduler.schedule(fired, delayMs));
  }

  #stop(what: TimerName): void {
    this.#timers.get(what)?.unsubscribe();
    this.#timers.delete(what);
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.close();
    this.#pace.note('lost');
    this.#report({ state: 'lost', reason, weightPercent: null }, true);
  }
}

function endReason(end: ChildEnd, lastStderr: string): string {
  const why = lastStderr === '' ? '' : `: ${lastStderr}`;
  switch (end.kind) {
    case 'exited':
      return `exited with code ${end.code}${why}`;
    case 'killed':
      return `killed by ${end.signal}${why}`;
    case 'not-started':
      return end.reason;
    default:
      return end satisfies never;
  }
}
