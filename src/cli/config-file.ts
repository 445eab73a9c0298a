import { closeSync, openSync, readSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { placeFindings, type LateFinding } from '../config/place.ts';
import { formatProblem, type Problem } from '../config/problems.ts';
import { readConfig, type ConfigResult } from '../config/read.ts';
import { NotAFileError, openRegularFileSync } from '../platform/safe-file.ts';

/** One byte more than a configuration may have, so that a file that is too large is noticed. */
const READ_MAX_BYTES = 4 * 1024 * 1024 + 1;

/** Reads and checks a configuration file. A file that cannot be read is a problem like any other. */
export function loadConfig(file: string): ConfigResult {
  const read = readBounded(file);
  return 'reason' in read
    ? {
        ok: false,
        problems: [
          { file, line: 1, column: 1, path: '(file)', message: `cannot be read: ${read.reason}` },
        ],
      }
    : readConfig({ file, folder: dirname(resolve(file)), bytes: read.bytes, hostname: hostname() });
}

/** Problems that were found after the file was read, with their places in it. */
export function placeInFile(file: string, findings: readonly LateFinding[]): Problem[] {
  const read = readBounded(file);
  return 'reason' in read ? [] : placeFindings({ file, bytes: read.bytes }, findings);
}

/** Every problem as its line. */
export function problemLines(problems: readonly Problem[]): string {
  return problems.map((problem) => `${formatProblem(problem)}\n`).join('');
}

/** What the caller opened for us, as a shell does for `<(…)`: it may be a pipe, and is read to its end. */
const OWN_DESCRIPTOR = /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/self\/fd\/\d+)$/u;

/** Reads in pieces up to the limit, and never waits for the writer of a FIFO. */
function readBounded(file: string): { bytes: Uint8Array } | { reason: string } {
  const buffer = Buffer.allocUnsafe(READ_MAX_BYTES);
  let length = 0;
  try {
    const fd = OWN_DESCRIPTOR.test(file)
      ? openSync(file, 'r')
      : openRegularFileSync(file, 'follow');
    try {
      while (length < buffer.length) {
        const got = readSync(fd, buffer, length, buffer.length - length, null);
        if (got === 0) break;
        length += got;
      }
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return { reason: reasonOf(error) };
  }
  return { bytes: buffer.subarray(0, length) };
}

function reasonOf(error: unknown): string {
  if (error instanceof NotAFileError) return `it is ${error.kind} and not a regular file`;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'no such file';
    case 'EACCES':
      return 'permission denied';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
