import { messageOf } from './error.ts';
import { writeFileSafely } from './safe-file.ts';

/** How long a full disk is left alone before the next attempt. */
const RETRY_MS = 5_000;

/**
 * One file whose newest text is to be on disk: one write at a time, one more after it for
 * whatever came meanwhile, and again where the disk did not take it, until it does.
 */
export class KeptFile {
  readonly path: string;
  readonly #failed: (message: string) => void;
  readonly #retryMs: number;
  #text: () => string = () => '';
  #writing: Promise<boolean> = Promise.resolve(true);
  #isQueued = false;
  #isKept = true;
  #retry: NodeJS.Timeout | null = null;

  /** @param failed is called once when a write fails, until one succeeds again. */
  constructor(path: string, failed: (message: string) => void, retryMs = RETRY_MS) {
    this.path = path;
    this.#failed = failed;
    this.#retryMs = retryMs;
  }

  /** Resolves after the attempt with whether `text` is on disk. `text` is called when the write begins. */
  write(text: () => string): Promise<boolean> {
    this.#text = text;
    return this.#write();
  }

  /** Resolves when what was to be written is, or could not be. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  #write(): Promise<boolean> {
    if (!this.#isQueued) {
      this.#isQueued = true;
      this.#writing = this.#writeAfter(this.#writing);
    }
    return this.#writing;
  }

  async #writeAfter(previous: Promise<boolean>): Promise<boolean> {
    await previous;
    this.#isQueued = false;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    try {
      await writeFileSafely(this.path, this.#text());
      this.#isKept = true;
    } catch (error) {
      if (this.#isKept) this.#failed(`cannot write ${this.path}: ${messageOf(error)}`);
      this.#isKept = false;
      // It needs no close: it keeps no process alive.
      this.#retry ??= setTimeout(() => void this.#write(), this.#retryMs).unref();
    }
    return this.#isKept;
  }
}
