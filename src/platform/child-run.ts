import { startChild, type Child, type ChildEnd } from './child.ts';

/** Children of `runChild` that run at once, in the whole process. */
export const RUNNING_MAX = 32;
/** Those that wait for their turn; more are refused at once. */
export const WAITING_MAX = 4096;
/** How long a child should be let wait for its turn, where more are wanted than can be run. */
export const TURN_MAX_MS = 10_000;
/** What is kept of each output; the rest is read and thrown away … */
export const OUTPUT_KEPT_BYTES = 8 * 1024;
/** … up to this much, and then the child is ended. */
export const OUTPUT_MAX_BYTES = 1024 * 1024;

export interface RunSpec {
  readonly command: readonly string[];
  readonly user: string | null;
}

/** How a child ended, with the beginning of what it wrote. */
export type RunResult =
  | (Exclude<ChildEnd, { kind: 'not-started' }> & {
      /** As UTF-8; what is not becomes a replacement character. */
      readonly stdout: string;
      readonly stderr: string;
    })
  /** It was not started, or ended by us; `reason` is the text for it. */
  | { readonly kind: 'failed'; readonly reason: string };

/** One child, from waiting for its turn to its end. */
export interface ChildRun {
  /** Whether it still waits for one of the `RUNNING_MAX` places. */
  readonly isWaiting: boolean;
  /** Ends it; `done` is not called any more. Its place is free when it is gone indeed. */
  cancel(): void;
}

/**
 * Runs a child to its end and calls `done` once, never from inside this call; `begun` is called
 * when it has its place. It sets no time limit: the caller has one, and cancels.
 */
export function runChild(
  spec: RunSpec,
  done: (result: RunResult) => void,
  begun: () => void = () => {},
): ChildRun {
  const run = new QueuedRun(spec, done, begun);
  places.add(run);
  return run;
}

/** Children that run and that wait, in the whole process. */
export function childCounts(): { readonly running: number; readonly waiting: number } {
  return places.counts();
}

class QueuedRun implements ChildRun {
  readonly #spec: RunSpec;
  #done: ((result: RunResult) => void) | null;
  readonly #begun: () => void;
  #child: Child | null = null;
  readonly #stdout = new Head();
  readonly #stderr = new Head();

  constructor(spec: RunSpec, done: (result: RunResult) => void, begun: () => void) {
    this.#spec = spec;
    this.#done = done;
    this.#begun = begun;
  }

  get isWaiting(): boolean {
    return this.#child === null;
  }

  start(freed: () => void): void {
    this.#child = startChild(
      { ...this.#spec, stdin: 'none' },
      {
        stdout: (chunk) => this.#read(this.#stdout, chunk),
        stderr: (chunk) => this.#read(this.#stderr, chunk),
        ended: (end) => {
          freed();
          this.finish(this.#result(end));
        },
      },
    );
    this.#begun();
  }

  cancel(): void {
    this.#done = null;
    places.forget(this);
    this.#child?.stop();
  }

  finish(result: RunResult): void {
    const done = this.#done;
    this.#done = null;
    done?.(result);
  }

  #read(head: Head, chunk: Buffer): void {
    if (head.add(chunk)) return;
    this.finish({ kind: 'failed', reason: `wrote more than ${OUTPUT_MAX_BYTES / 1024} KiB` });
    this.#child?.stop();
  }

  #result(end: ChildEnd): RunResult {
    if (end.kind === 'not-started') return { kind: 'failed', reason: end.reason };
    return { ...end, stdout: this.#stdout.text(), stderr: this.#stderr.text() };
  }
}

/** The beginning of a stream. */
class Head {
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  #bytes = 0;

  /** False once there was more than there may be. */
  add(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    const room = OUTPUT_KEPT_BYTES - this.#keptBytes;
    if (room > 0) {
      const part = chunk.subarray(0, room);
      this.#kept.push(part);
      this.#keptBytes += part.length;
    }
    return this.#bytes <= OUTPUT_MAX_BYTES;
  }

  text(): string {
    return Buffer.concat(this.#kept).toString('utf8');
  }
}

/**
 * Hands out the places. Starting a child blocks the event loop for a millisecond or so while
 * the kernel copies our page tables, so one is started in each turn of the loop and no more:
 * probes and routes go on in between, however many children are due.
 */
class Places {
  /** In the order of their coming. */
  readonly #waiting = new Set<QueuedRun>();
  #running = 0;
  #next: NodeJS.Immediate | null = null;

  add(run: QueuedRun): void {
    if (this.#waiting.size >= WAITING_MAX) {
      const reason = `more than ${WAITING_MAX} commands are waiting to start`;
      setImmediate(() => run.finish({ kind: 'failed', reason }));
      return;
    }
    this.#waiting.add(run);
    this.#wake();
  }

  forget(run: QueuedRun): void {
    this.#waiting.delete(run);
  }

  counts(): { readonly running: number; readonly waiting: number } {
    return { running: this.#running, waiting: this.#waiting.size };
  }

  #wake(): void {
    if (this.#next !== null || this.#running >= RUNNING_MAX || this.#waiting.size === 0) return;
    this.#next = setImmediate(() => {
      this.#next = null;
      const [run] = this.#waiting;
      if (run === undefined) return;
      this.#waiting.delete(run);
      this.#running += 1;
      run.start(() => {
        this.#running -= 1;
        this.#wake();
      });
      this.#wake();
    });
  }
}

const places = new Places();
