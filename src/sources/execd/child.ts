import { Observable, type SchedulerLike, type Subscription } from 'rxjs';
import type { ExecdSignal } from '../../model/config.ts';
import type { Pace } from '../../model/pace.ts';
import { startChild, type Child, type ChildEnd } from '../../platform/child.ts';
import { readExecdLine, LINE_MAX_BYTES, type LineVerdict } from '../../protocol/execd-line.ts';
import { printable } from '../../protocol/printable.ts';
import { LineSplitter } from './line-splitter.ts';

/** What is read of a child in a second; one that writes more is left to wait in its pipe. */
export const READ_MAX_BYTES_PER_S = 512 * 1024;
/** Until its first line a child has at least this long: an interpreter takes its time to start. */
export const START_MAX_MS = 5000;
const STDERR_KEPT_CHARS = 200;

export type ExecdRun = Omit<ExecdSignal, 'settle' | 'type'>;

/**
 * One life of a child, which with `trigger: poll` is asked at its `pace`. Emits what each of its lines means, and `lost` when it is silent for too
 * long (before its first line: `START_MAX_MS` at least); completes, after that last `lost`, when
 * it is over: it exited, or it was ended because it was silent or printed a line that has no end.
 * `complained` is called with the beginning of what it writes on stderr. Unsubscribing ends it.
 */
export function oneLife(
  run: ExecdRun,
  pace: Pace,
  scheduler: SchedulerLike,
  complained: (line: string) => void = () => {},
): Observable<LineVerdict> {
  return new Observable((subscriber) => {
    const tell: Report = (verdict, isLast) => {
      subscriber.next(verdict);
      if (isLast) subscriber.complete();
    };
    const life = new Life({ run, pace, scheduler, tell, complained });
    return () => life.close();
  });
}

type Report = (verdict: LineVerdict, isLast: boolean) => void;

type TimerName = 'poll' | 'answer' | 'stale' | 'rest';

interface LifeParts {
  readonly run: ExecdRun;
  readonly pace: Pace;
  readonly scheduler: SchedulerLike;
  readonly tell: Report;
  readonly complained: (line: string) => void;
}

class Life {
  readonly #run: ExecdRun;
  readonly #pace: Pace;
  readonly #scheduler: SchedulerLike;
  readonly #tell: Report;
  readonly #complainedOf: (line: string) => void;
  readonly #child: Child;
  readonly #lines = new LineSplitter();
  readonly #timers = new Map<TimerName, Subscription>();
  #polledMs = 0;
  #bytes = 0;
  #hasSpoken = false;
  #lastWords = '';
  #isOver = false;

  constructor({ run, pace, scheduler, tell, complained }: LifeParts) {
    this.#run = run;
    this.#pace = pace;
    this.#scheduler = scheduler;
    this.#tell = tell;
    this.#complainedOf = complained;
    this.#child = startChild(
      { command: run.command, user: run.user, stdin: 'pipe' },
      {
        stdout: (chunk) => this.#read(chunk),
        stderr: (chunk) => this.#complained(chunk),
        ended: (end) => this.#end(endReason(end, this.#lastWords)),
      },
    );
    this.#expectWords();
    if (run.trigger === 'poll') this.#poll();
  }

  close(): void {
    this.#isOver = true;
    for (const timer of this.#timers.values()) timer.unsubscribe();
    this.#child.stop();
  }

  /** One line asks; what it says does not matter, so it says nothing. */
  #poll(): void {
    const { timeoutMs } = this.#run;
    this.#polledMs = this.#scheduler.now();
    this.#pollLater();
    // It is still starting: asked again, it would answer all at once.
    if (this.#timers.has('answer')) return;
    this.#child.write('\n');
    const waitMs = this.#patienceMs(timeoutMs);
    this.#after('answer', waitMs, () => this.#end(`no answer within ${waitMs}ms`));
  }

  /** At its pace since the last time; again when an answer changed that. */
  #pollLater(): void {
    const nowMs = this.#scheduler.now();
    this.#after('poll', this.#pace.nextMs(this.#polledMs, nowMs) - nowMs, () => this.#poll());
  }

  #expectWords(): void {
    const { staleAfterMs } = this.#run;
    if (staleAfterMs === null) return;
    const waitMs = this.#patienceMs(staleAfterMs);
    this.#after('stale', waitMs, () => this.#end(`silent for ${waitMs}ms`));
  }

  #patienceMs(wantedMs: number): number {
    return this.#hasSpoken ? wantedMs : Math.max(wantedMs, START_MAX_MS);
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
    this.#hasSpoken = true;
    this.#stop('answer');
    this.#expectWords();
    for (const line of lines) {
      const verdict = readExecdLine(line);
      this.#pace.note(verdict.state);
      this.#tell(verdict, false);
      // Whoever listens may have closed us.
      if (this.#isOver) return;
    }
    if (this.#run.trigger === 'poll') this.#pollLater();
  }

  #complained(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#count(chunk.length);
    const line = chunk.toString('utf8', 0, STDERR_KEPT_CHARS * 4).split('\n', 1)[0] ?? '';
    this.#lastWords = printable(line, STDERR_KEPT_CHARS);
    if (this.#lastWords !== '') this.#complainedOf(this.#lastWords);
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
    const rung = (): void => {
      this.#timers.delete(what);
      work();
    };
    this.#timers.set(what, this.#scheduler.schedule(rung, delayMs));
  }

  #stop(what: TimerName): void {
    this.#timers.get(what)?.unsubscribe();
    this.#timers.delete(what);
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.close();
    this.#pace.note('lost');
    this.#tell({ state: 'lost', reason, weightPercent: null }, true);
  }
}

function endReason(end: ChildEnd, lastWords: string): string {
  const why = lastWords === '' ? '' : `: ${lastWords}`;
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
