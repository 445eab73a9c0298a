import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  promises,
  readSync,
  statSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { isMissing } from './error.ts';

/** Readable for us and our group: what is kept describes the network. */
const FILE_MODE = 0o640;

/** No waiting for the other end of a FIFO, no terminal taken over. */
const QUIET = constants.O_NONBLOCK | constants.O_NOCTTY;

/** Whether a symbolic link may stand at a path: only where its folder belongs to who named it. */
export type Links = 'refuse' | 'follow';

/** Something else than a regular file stands at a path: it was neither read nor written. */
export class NotAFileError extends Error {
  readonly code = 'NOT_A_FILE';

  /** What is there instead, as text. */
  readonly kind: string;

  constructor(path: string, kind: string) {
    super(`${path} is ${kind} and not a regular file`);
    this.kind = kind;
  }
}

/**
 * Opens a file for reading; who calls closes it. Never waits, follows no link unless allowed, and
 * throws a `NotAFileError` for a FIFO, a device, a folder or a socket, which it does not even open.
 */
export function openRegularFileSync(path: string, links: Links = 'refuse'): number {
  demandFile(path, links === 'refuse' ? lstatSync(path) : statSync(path));
  const noFollow = links === 'refuse' ? constants.O_NOFOLLOW : 0;
  const fd = openSync(path, constants.O_RDONLY | QUIET | noFollow);
  try {
    // It may be another one by now.
    demandFile(path, fstatSync(fd));
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Reads such a file whole, up to `limitBytes`. */
export function readRegularFileSync(
  path: string,
  limitBytes: number,
  links: Links = 'refuse',
): Buffer {
  const fd = openRegularFileSync(path, links);
  try {
    // One byte more than its size shows that it grew, or that it is one of /proc without a size.
    const buffer = Buffer.allocUnsafe(Math.min(fstatSync(fd).size, limitBytes) + 1);
    const pieces: Buffer[] = [];
    let bytes = 0;
    for (;;) {
      const got = readSync(fd, buffer, 0, buffer.length, null);
      if (got === 0) return Buffer.concat(pieces);
      bytes += got;
      if (bytes > limitBytes) throw tooLarge(path, limitBytes);
      pieces.push(Buffer.from(buffer.subarray(0, got)));
    }
  } finally {
    closeSync(fd);
  }
}

/** The same without blocking the loop, as text. */
export async function readRegularFile(path: string, limitBytes: number): Promise<string> {
  const file = await openRegularFile(path, constants.O_RDONLY);
  try {
    const { size } = await file.stat();
    if (size > limitBytes) throw tooLarge(path, limitBytes);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Opens a file that is there; `flags` in addition to those that refuse to wait and to follow links. */
export async function openRegularFile(path: string, flags: number): Promise<promises.FileHandle> {
  demandFile(path, await promises.lstat(path));
  const file = await promises.open(path, flags | QUIET | constants.O_NOFOLLOW);
  try {
    demandFile(path, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Creates a file where there is nothing; whatever appears there meanwhile is an error. */
export async function createFile(
  path: string,
  flags: number,
  mode = FILE_MODE,
): Promise<promises.FileHandle> {
  const exclusive = constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  return promises.open(path, flags | exclusive | QUIET, mode);
}

export interface WriteOptions {
  readonly mode?: number;
  /** Where it is written before it gets its name; in the same folder. */
  readonly temporary?: string;
  /** Whether it must outlive a power cut, which takes a disk some milliseconds. */
  readonly isDurable?: boolean;
}

/**
 * Writes a file whole or not at all, and makes its folder where it is
 * missing. Follows no link: what stands under the temporary name is removed (a link itself, not
 * what it leads to), and the file is created anew. Rejects where it cannot be written, and where
 * something else than a regular file has its place.
 */
export async function writeFileSafely(
  path: string,
  text: string,
  { mode = FILE_MODE, temporary = `${path}.tmp`, isDurable = true }: WriteOptions = {},
): Promise<void> {
  await promises.mkdir(dirname(path), { recursive: true });
  await demandFileOrNothing(path);
  await ignoreMissing(promises.unlink(temporary));
  const file = await createFile(temporary, constants.O_WRONLY, mode);
  try {
    await file.writeFile(text);
    if (isDurable) await file.datasync();
  } finally {
    await file.close();
  }
  await promises.rename(temporary, path);
}

async function demandFileOrNothing(path: string): Promise<void> {
  try {
    demandFile(path, await promises.lstat(path));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

export async function ignoreMissing(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function demandFile(path: string, stats: Stats): void {
  if (!stats.isFile()) throw new NotAFileError(path, kindOf(stats));
}

/** What is there, as text. */
function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

function tooLarge(path: string, limitBytes: number): Error {
  return new Error(`${path} is too large: more than ${limitBytes} bytes`);
}
