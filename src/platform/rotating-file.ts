import { constants, promises as fs } from 'node:fs';
import { dirname } from 'node:path';
import { isMissing } from './error.ts';
import { createFile, ignoreMissing, openRegularFile } from './safe-file.ts';

export interface FileLimits {
  /** A file that has grown by this much since its head is followed by a new one. */
  readonly fileMaxBytes: number;
  /** Files kept, the one that grows among them: `journal.jsonl`, then `.1` (newer) to `.N` (older). */
  readonly filesMax: number;
}

const MODE = 0o640;
const FOLDER_MODE = 0o750;
const NEWLINE = 0x0a;

/**
 * A file that only grows by whole pieces. A piece that could not be written whole (a full disk)
 * is taken back, so that the file never has half a line in its middle. One call at a time.
 */
export class RotatingFile {
  readonly #path: string;
  readonly #limits: FileLimits;
  #handle: fs.FileHandle | null = null;
  #bytes = 0;
  #headBytes = 0;

  constructor(path: string, limits: FileLimits) {
    this.#path = path;
    this.#limits = limits;
  }

  get isFull(): boolean {
    return this.#bytes - this.#headBytes >= this.#limits.fileMaxBytes;
  }

  /** What was appended so far is the head of the file: it does not count against its size. */
  endHead(): void {
    this.#headBytes = this.#bytes;
  }

  /** Rejects with the error of the system; then nothing of the piece is in the file. */
  async append(piece: Buffer): Promise<void> {
    const handle = (this.#handle ??= await this.#open());
    let written = 0;
    try {
      while (written < piece.length) {
        const { bytesWritten } = await handle.write(piece, written);
        written += bytesWritten;
      }
      this.#bytes += piece.length;
    } catch (error) {
      await handle.truncate(this.#bytes).catch(() => {});
      // Opened anew next time: the disk may be another one by then.
      await this.close();
      throw error;
    }
  }

  /** Begins a new file, and removes the oldest beyond the limit. */
  async rotate(): Promise<void> {
    await this.close();
    const { filesMax } = this.#limits;
    await ignoreMissing(fs.unlink(this.#nameOf(filesMax - 1)));
    for (let index = filesMax - 2; index >= 0; index -= 1) {
      await ignoreMissing(fs.rename(this.#nameOf(index), this.#nameOf(index + 1)));
    }
    this.#bytes = 0;
    this.#headBytes = 0;
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close().catch(() => {});
  }

  #nameOf(index: number): string {
    return index === 0 ? this.#path : `${this.#path}.${index}`;
  }

  async #open(): Promise<fs.FileHandle> {
    await fs.mkdir(dirname(this.#path), { recursive: true, mode: FOLDER_MODE });
    const handle = await openToAppend(this.#path);
    try {
      // Not beyond the end of a crash: its half line gets its newline, and is skipped by readers.
      this.#bytes = await repair(handle);
      this.#headBytes = 0;
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }
}

/** Through no link, and into nothing that is no file. */
async function openToAppend(path: string): Promise<fs.FileHandle> {
  const flags = constants.O_RDWR | constants.O_APPEND;
  try {
    return await openRegularFile(path, flags);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return createFile(path, flags, MODE);
  }
}

/** Ends the last line of a file, if it does not; its size then. */
async function repair(handle: fs.FileHandle): Promise<number> {
  const { size } = await handle.stat();
  if (size === 0) return 0;
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  if (last[0] === NEWLINE) return size;
  await handle.write('\n');
  return size + 1;
}
