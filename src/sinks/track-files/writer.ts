import { join } from 'node:path';
import { NotAFileError, readRegularFile, writeFileSafely } from '../../platform/safe-file.ts';

/** Between two attempts to write. */
export const RETRY_MS = 1000;
/** Track files hold two bytes; keepalived may run as another user. */
const FILE_MAX_BYTES = 1024;
const FILE_MODE = 0o644;
/** Failed files in one attempt: with this many the folder is the cause, and the rest would fail as well. */
const FAILED_MAX = 16;

/** Writes track files one after the other, each whole or not at all, until all have their value. */
export class TrackFileWriter {
  readonly #dir: string;
  readonly #report: (problem: string | null) => void;
  /** Names whose file may not have its value yet: at most all configured names. */
  readonly #wanted = new Map<string, number>();
  /** The values that were written. */
  readonly #written = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #isBusy = false;
  #isClosed = false;
  #problem: string | null = null;
  #whenIdle: (() => void) | null = null;

  /** @param report is called when writing begins to fail, with the cause, and with `null` when it works again. */
  constructor(dir: string, report: (problem: string | null) => void) {
    this.#dir = dir;
    this.#report = report;
  }

  set(name: string, value: number): void {
    if (!this.#wanted.has(name) && this.#written.get(name) === value) return;
    this.#wanted.set(name, value);
    this.#work();
  }

  /** Calls back once all is written, or cannot be; may do so at once. */
  whenIdle(done: () => void): void {
    this.#whenIdle = done;
    if (!this.#isBusy) this.#idle();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #work(): void {
    if (this.#isBusy || this.#timer !== null || this.#isClosed) return;
    this.#isBusy = true;
    void this.#attempt();
  }

  async #attempt(): Promise<void> {
    const problem = await this.#writeAll();
    this.#isBusy = false;
    if (this.#isClosed) return;
    if (problem !== this.#problem) this.#report(problem);
    this.#problem = problem;
    if (problem !== null) this.#timer = setTimeout(() => this.#again(), RETRY_MS);
    this.#idle();
  }

  #again(): void {
    this.#timer = null;
    this.#work();
  }

  #idle(): void {
    this.#whenIdle?.();
    this.#whenIdle = null;
  }

  async #writeAll(): Promise<string | null> {
    let problem: string | null = null;
    const failed = new Set<string>();
    for (let next = this.#next(failed); next !== null; next = this.#next(failed)) {
      const [name, value] = next;
      try {
        await this.#write(name, value);
        this.#written.set(name, value);
        // It may have changed meanwhile.
        if (this.#wanted.get(name) === value) this.#wanted.delete(name);
      } catch (error) {
        // A name that cannot be written does not keep the others from being written.
        failed.add(name);
        this.#postpone(name);
        problem ??= `cannot write track files: ${reasonOf(error)}`;
        if (failed.size >= FAILED_MAX) break;
      }
    }
    return problem;
  }

  /** Behind the others, so that the next attempt begins with them. */
  #postpone(name: string): void {
    const value = this.#wanted.get(name);
    if (value === undefined) throw new Error('bug: a track file without a value was written');
    this.#wanted.delete(name);
    this.#wanted.set(name, value);
  }

  #next(failed: ReadonlySet<string>): readonly [string, number] | null {
    if (this.#isClosed) return null;
    for (const next of this.#wanted) if (!failed.has(next[0])) return next;
    return null;
  }

  /** keepalived reads the file after each write: a write that changes nothing is left out. */
  async #write(name: string, value: number): Promise<void> {
    const path = join(this.#dir, name);
    const text = `${value}\n`;
    if ((await textOf(path)) === text) return;
    // Configured names never begin with a dot: this cannot be the file of another one.
    const temporary = join(this.#dir, `.${name}.new`);
    await writeFileSafely(path, text, { mode: FILE_MODE, temporary, isDurable: false });
  }
}

/** `null`: there is none, or one that cannot be read and will be replaced. */
async function textOf(path: string): Promise<string | null> {
  try {
    return await readRegularFile(path, FILE_MAX_BYTES);
  } catch (error) {
    if (error instanceof NotAFileError) throw error;
    return null;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof NotAFileError) return error.message;
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
