import { EventEmitter, once } from 'node:events';

/** Nothing that a test waits for takes so long; a test that fails here says what it saw instead. */
const SEEN_TIMEOUT_MS = 180_000;

/** How a command inside ended. */
export interface Ended {
  /** `null`: a signal ended it, or it could not be started. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Written to its stdin, which is then closed. Left out: `run` closes it, `start` keeps it open. */
  readonly input?: string;
}

/** A command that runs inside. */
export interface Running {
  /** So far. */
  readonly stdout: string;
  readonly stderr: string;
  readonly ended: Promise<Ended>;
  write(text: string): void;
  closeInput(): void;
  /** Signals the whole process group. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the match once the stream so far has one; rejects where it ends without, or nothing comes. */
  seen(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray>;
}

/** What agent-child.mjs reports one command. */
export type Told =
  | { readonly id: number; readonly pid: number }
  | { readonly id: number; readonly stdout: string }
  | { readonly id: number; readonly stderr: string }
  | { readonly id: number; readonly code: number | null; readonly signal: string | null };

/** One command inside, as its messages make it. */
export class Command implements Running {
  readonly ended: Promise<Ended>;
  readonly #say: (message: object) => void;
  readonly #changes = new EventEmitter();
  readonly #output = { stdout: '', stderr: '' };
  #over = false;

  constructor(say: (message: object) => void) {
    this.#say = say;
    this.#changes.setMaxListeners(0);
    this.ended = new Promise((resolve, reject) => {
      this.#changes.once('ended', (how: Pick<Ended, 'code' | 'signal'>) =>
        resolve({ ...how, ...this.#output }),
      );
      this.#changes.once('error', reject);
    });
    // A command that nobody waits for may well end with its kernel.
    this.ended.catch(() => {});
  }

  get stdout(): string {
    return this.#output.stdout;
  }

  get stderr(): string {
    return this.#output.stderr;
  }

  write(text: string): void {
    this.#say({ write: text });
  }

  closeInput(): void {
    this.#say({ close: true });
  }

  kill(signal: NodeJS.Signals): void {
    this.#say({ kill: signal });
  }

  async seen(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> {
    const signal = AbortSignal.timeout(SEEN_TIMEOUT_MS);
    for (;;) {
      const match = pattern.exec(this.#output[stream]);
      if (match !== null) return match;
      if (this.#over) {
        throw new Error(`ended without ${String(pattern)}: ${this.stdout}${this.stderr}`);
      }
      try {
        await once(this.#changes, 'output', { signal });
      } catch (error) {
        if (!signal.aborted) throw error;
        throw new Error(`no ${String(pattern)} so far: ${this.stdout}${this.stderr}`, {
          cause: error,
        });
      }
    }
  }

  take(told: Told): void {
    if ('stdout' in told) this.#output.stdout += told.stdout;
    if ('stderr' in told) this.#output.stderr += told.stderr;
    if ('code' in told) {
      this.#over = true;
      this.#changes.emit('ended', { code: told.code, signal: told.signal });
    }
    this.#changes.emit('output');
  }

  /** The kernel is gone. */
  fail(error: Error): void {
    this.#over = true;
    this.#changes.emit('error', error);
  }
}
