import { renameSync } from 'node:fs';
import { isMissing, messageOf } from './error.ts';
import { readRegularFileSync, writeFileSafely } from './safe-file.ts';

/** How long a disk that refused a write is left alone. */
const RETRY_MS = 5_000;

export interface StateFileOptions<T> {
  readonly path: string;
  /** A larger file is not ours. */
  readonly maxBytes: number;
  /** Throws where the text is not what was saved. */
  readonly parse: (text: string) => T;
  /** The disk refused a write: called once, until a write succeeds again. */
  readonly failed: (message: string) => void;
  /** A write succeeded after one that failed. */
  readonly recovered?: (message: string) => void;
  /** Whether the file must outlive a power cut, which takes a disk some milliseconds. Default: it must. */
  readonly isDurable?: boolean;
  readonly retryMs?: number;
}

export type LoadedState<T> =
  | { readonly kind: 'missing' }
  | { readonly kind: 'loaded'; readonly value: T }
  /** It is not what was saved, or cannot be read. `message` names the file, the cause, and where the file is now. */
  | { readonly kind: 'damaged'; readonly message: string };

/**
 * One file of the state directory. It is written whole or not at all: one write at a time, one more
 * after it for what changed meanwhile, and again every `retryMs` while the disk refuses it.
 *
 * A damaged file is moved to `PATH.damaged` and so never overwritten by the next write; the next
 * damaged one replaces it, which bounds what repeated damage takes of the disk.
 */
export class StateFile<T> {
  readonly path: string;
  readonly #options: StateFileOptions<T>;
  #textOf: () => string = () => '';
  #lastWrite: Promise<boolean> = Promise.resolve(true);
  #pending = 0;
  #isQueued = false;
  #isOnDisk = true;
  #isClosed = false;
  #retry: NodeJS.Timeout | null = null;

  constructor(options: StateFileOptions<T>) {
    this.path = options.path;
    this.#options = options;
  }

  /** Reads what was saved last. Blocks the loop: for the start. */
  load(): LoadedState<T> {
    const { maxBytes, parse } = this.#options;
    try {
      const text = readRegularFileSync(this.path, maxBytes).toString('utf8');
      return { kind: 'loaded', value: parse(text) };
    } catch (error) {
      if (isMissing(error)) return { kind: 'missing' };
      return { kind: 'damaged', message: this.#setAside(messageOf(error)) };
    }
  }

  /**
   * Saves the newest text. `textOf` is called when the write begins.
   *
   * @returns after the attempt: whether the text is on the disk.
   */
  save(textOf: () => string): Promise<boolean> {
    this.#textOf = textOf;
    return this.#write();
  }

  /** Whether a write is under way or waits for the one before it. */
  get isWriting(): boolean {
    return this.#pending > 0;
  }

  /** Resolves when all that was to be saved is on the disk, or was refused. */
  async settled(): Promise<void> {
    await this.#lastWrite;
  }

  /** Ends the attempts after a refused write. The timer of a retry keeps no process alive anyway. */
  close(): void {
    this.#isClosed = true;
    this.#cancelRetry();
  }

  #write(): Promise<boolean> {
    if (!this.#isQueued) {
      this.#isQueued = true;
      this.#pending += 1;
      this.#lastWrite = this.#writeAfter(this.#lastWrite);
    }
    return this.#lastWrite;
  }

  async #writeAfter(previous: Promise<boolean>): Promise<boolean> {
    await previous;
    this.#isQueued = false;
    this.#cancelRetry();
    const { isDurable = true, failed, recovered, retryMs = RETRY_MS } = this.#options;
    try {
      await writeFileSafely(this.path, this.#textOf(), { isDurable });
      if (!this.#isOnDisk) recovered?.(`${this.path} is written again`);
      this.#isOnDisk = true;
    } catch (error) {
      if (this.#isOnDisk) failed(`cannot write ${this.path}: ${messageOf(error)}`);
      this.#isOnDisk = false;
      if (!this.#isClosed) this.#retry = setTimeout(() => void this.#write(), retryMs).unref();
    } finally {
      this.#pending -= 1;
    }
    return this.#isOnDisk;
  }

  #cancelRetry(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }

  /** @returns the message that says so. */
  #setAside(reason: string): string {
    const aside = `${this.path}.damaged`;
    const isDamaged = `${this.path} cannot be used (${reason})`;
    try {
      renameSync(this.path, aside);
      return `${isDamaged}: moved to ${aside}`;
    } catch (error) {
      return `${isDamaged} and cannot be moved to ${aside}: ${messageOf(error)}`;
    }
  }
}
