import { join } from 'node:path';
import { NotAFileError, readRegularFile, writeFileSafely } from '../../platform/safe-file.ts';

/** Between two attempts to write what could not be written. */
export const RETRY_MS = 1000;
/** Ours hold two bytes; keepalived may run as another user. */
const FILE_MAX_BYTES = 1024;
const FILE_MODE = 0o644;
/** Names that may fail in one attempt: then it is the folder, and the rest would fail as well. */
const FAILED_MAX = 16;

/** Keeps small files at the values they should have, one after the other, each as a whole. */
export class TrackFileWriter {
  readonly #dir: string;
  readonly #told: (trouble: string | null) => void;
  /** Names whose file may not have its value yet: bounded by the names there are. */
  readonly #wanted = new Map<string, number>();
  /** What a file is known to hold. */
  readonly #written = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #isBusy = false;
  #isClosed = false;
  #trouble: string | null = null;
  #whenIdle: (() => void) | null = null;

  /** @param told of each change: what prevents writing, or `null`. */
  constructor(dir: string, told: (trouble: string | null) => void) {
    this.#dir = dir;
    this.#told = told;
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
    const trouble = await this.#writeAll();
    this.#isBusy = false;
    if (this.#isClosed) return;
    if (trouble !== this.#trouble) this.#told(trouble);
    this.#trouble = trouble;
    if (trouble !== null) this.#timer = setTimeout(() => this.#again(), RETRY_MS);
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
    let trouble: string | null = null;
    const failed = new Set<string>();
    for (let next = this.#next(failed); next !== null; next = this.#next(failed)) {
      const [name, value] = next;
      try {
        await this.#write(name, value);
        this.#written.set(name, value);
        // It may have changed meanwhile.
        if (this.#wanted.get(name) === value) this.#wanted.delete(name);
      } catch (error) {
        // One name that is taken keeps no other from its value.
        failed.add(name);
        this.#postpone(name);
        trouble ??= `cannot write track files: ${reasonOf(error)}`;
        if (failed.size >= FAILED_MAX) break;
      }
    }
    return trouble;
  }

  /** Behind the others, which then have their turn in the next attempt. */
  #postpone(name: string): void {
    const value = this.#wanted.get(name);
    this.#wanted.delete(name);
    if (value !== undefined) this.#wanted.set(name, value);
  }

  #next(failed: ReadonlySet<string>): readonly [string, number] | null {
    if (this.#isClosed) return null;
    for (const next of this.#wanted) if (!failed.has(next[0])) return next;
    return null;
  }

  /** keepalived is told of each write: one that changes nothing is not made. */
  async #write(name: string, value: number): Promise<void> {
    const path = join(this.#dir, name);
    const text = `${value}\n`;
    if ((await textOf(path)) === text) return;
    // A name of ours never begins with a dot, so this is no other's file.
    const temporary = join(this.#dir, `.${name}.new`);
    await writeFileSafely(path, text, { mode: FILE_MODE, temporary, isDurable: false });
  }
}

/** `null`: there is none, or one that is not ours to read and will be replaced. */
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
