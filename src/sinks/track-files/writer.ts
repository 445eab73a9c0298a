import { promises as fs } from 'node:fs';
import { join } from 'node:path';

/** Between two attempts to write what could not be written. */
export const RETRY_MS = 1000;

/** Keeps small files at the values they should have, one after the other, each as a whole. */
export class Writer {
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
    try {
      await fs.mkdir(this.#dir, { recursive: true });
      for (let next = this.#next(); next !== null; next = this.#next()) {
        const [name, value] = next;
        await this.#write(name, value);
        this.#written.set(name, value);
        // It may have changed meanwhile.
        if (this.#wanted.get(name) === value) this.#wanted.delete(name);
      }
      return null;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      return `cannot write track files: ${code}`;
    }
  }

  #next(): readonly [string, number] | null {
    const [next] = this.#isClosed ? [] : this.#wanted;
    return next ?? null;
  }

  /** keepalived is told of each write: one that changes nothing is not made. */
  async #write(name: string, value: number): Promise<void> {
    const path = join(this.#dir, name);
    const text = `${value}\n`;
    const before = await fs.readFile(path, 'latin1').catch(() => null);
    if (before === text) return;
    // A name of ours never begins with a dot, so this is no other's file.
    const temporary = join(this.#dir, `.${name}.new`);
    await fs.writeFile(temporary, text);
    await fs.rename(temporary, path);
  }
}
