import { closeSync, constants, fstatSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';
import { isMissing, messageOf } from '../../platform/error.ts';

/** Two full files of a journal and their heads. */
const READ_MAX_BYTES = 80 * 1024 * 1024;
/** More files than a journal ever has. */
const FILES_MAX = 100;
const CHUNK_BYTES = 256 * 1024;
/** A command that announces ten thousand routes is a line of half of this. */
const LINE_MAX_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
const readSome = promisify(read);

/** A file as it was when it was opened: what is written to it afterwards is not read. */
export interface OpenFile {
  readonly path: string;
  readonly fd: number;
  readonly bytes: number;
}

interface Opened {
  /** Oldest first. */
  readonly files: readonly OpenFile[];
  readonly problem: string | null;
}

/**
 * Opens the newest files of a journal that were written to since `fromWallMs`. A link or a FIFO
 * in their place is not followed.
 */
export function openNewest(path: string, fromWallMs: number): Opened {
  const files: OpenFile[] = [];
  let restBytes = READ_MAX_BYTES;
  for (let index = 0; index < FILES_MAX; index += 1) {
    const name = index === 0 ? path : `${path}.${index}`;
    try {
      const file = openOne(name, fromWallMs);
      if (file === null) break;
      restBytes -= file.bytes;
      if (restBytes < 0) {
        closeSync(file.fd);
        break;
      }
      files.unshift(file);
    } catch (error) {
      if (isMissing(error)) break;
      return { files, problem: `${name}: ${messageOf(error)}` };
    }
  }
  return { files, problem: null };
}

/** `null`: nothing of it is new enough. */
function openOne(path: string, fromWallMs: number): OpenFile | null {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const stat = fstatSync(fd);
  if (stat.isFile() && stat.mtimeMs >= fromWallMs) return { path, fd, bytes: stat.size };
  closeSync(fd);
  if (!stat.isFile()) throw new Error('not a regular file');
  return null;
}

/**
 * Every line of a file that is not empty, a chunk at a time, and closes it. The last line has no
 * end where the process ended while it wrote: it is left out. Of a line that is too long only the
 * begin comes. The lines are parts of one buffer: they are gone when the next are asked for.
 */
export async function* journalLines({ fd, bytes }: OpenFile): AsyncGenerator<readonly Buffer[]> {
  try {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, bytes));
    let begun = Buffer.alloc(0);
    for (let from = 0; from < bytes;) {
      const wanted = Math.min(buffer.length, bytes - from);
      const { bytesRead } = await readSome(fd, buffer, 0, wanted, from);
      // It became shorter meanwhile.
      if (bytesRead === 0) return;
      from += bytesRead;
      const chunk = buffer.subarray(0, bytesRead);
      const lines = split(chunk, begun);
      yield lines;
      const rest = chunk.subarray(chunk.lastIndexOf(NEWLINE) + 1);
      const before = rest.length === bytesRead ? begun : Buffer.alloc(0);
      begun = Buffer.concat([before, rest]).subarray(0, LINE_MAX_BYTES);
    }
  } finally {
    closeSync(fd);
  }
}

/** @param begun the begin of the first line, of the chunk before. */
function split(chunk: Buffer, begun: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
    const rest = chunk.subarray(from, at);
    const line = from === 0 && begun.length > 0 ? Buffer.concat([begun, rest]) : rest;
    if (line.length > 0) lines.push(line.subarray(0, LINE_MAX_BYTES));
    from = at + 1;
  }
  return lines;
}
