import { closeSync, constants, createReadStream, fstatSync, openSync } from 'node:fs';
import { isMissing, messageOf } from '../../platform/error.ts';

/** Two full files of a journal and their heads. */
const readMaxBytes = 80 * 1024 * 1024;
/** More files than a journal ever has. */
const filesMax = 100;
const chunkBytes = 256 * 1024;
/** A command that announces ten thousand routes is a line of half of this. */
const lineMaxBytes = 1024 * 1024;
const newline = 0x0a;

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
  let restBytes = readMaxBytes;
  for (let index = 0; index < filesMax; index += 1) {
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
 * Every line of a file that is not empty, and closes it. The last line has no end where the
 * process ended while it wrote: it is left out. Of a line that is too long only the begin comes.
 */
export async function* linesOf(file: OpenFile): AsyncGenerator<readonly Buffer[]> {
  if (file.bytes === 0) return closeSync(file.fd);
  const { fd, bytes } = file;
  const stream: AsyncIterable<Buffer> = createReadStream('', {
    fd,
    start: 0,
    end: bytes - 1,
    highWaterMark: chunkBytes,
  });
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for await (const chunk of stream) {
    const lines: Buffer[] = [];
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      const rest = chunk.subarray(from, at);
      const line = begun.length === 0 ? rest : Buffer.concat([...begun, rest]);
      if (line.length > 0) lines.push(line.subarray(0, lineMaxBytes));
      begun = [];
      begunBytes = 0;
      from = at + 1;
    }
    const rest = chunk.subarray(from);
    if (rest.length > 0 && begunBytes <= lineMaxBytes) begun.push(rest);
    begunBytes += rest.length;
    yield lines;
  }
  return undefined;
}
