import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';

/** A table of 100,000 real servers takes 8 MB. */
const INPUT_MAX_BYTES = 64 << 20;
const PIECE_BYTES = 1 << 16;
const STDIN_FD = 0;

export type Input =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };

/** The text of a file, or (`-`) of stdin. */
export function readInput(file: string): Input {
  try {
    const fd = file === '-' ? STDIN_FD : openSync(file, 'r');
    try {
      return readAll(fd);
    } finally {
      if (fd !== STDIN_FD) closeSync(fd);
    }
  } catch (error) {
    return {
      ok: false,
      reason: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** What the kernel's table holds now. */
export function readKernel(): Input {
  const { stdout, stderr, status, error } = spawnSync('ipvsadm', ['-Sn'], {
    encoding: 'utf8',
    maxBuffer: INPUT_MAX_BYTES,
    // It lies in sbin, which not everybody's PATH has.
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error !== undefined) {
    const isAbsent = 'code' in error && error.code === 'ENOENT';
    const reason = isAbsent
      ? 'it is not installed: install ipvsadm, or give a FILE'
      : error.message;
    return { ok: false, reason: `ipvsadm: ${reason}` };
  }
  if (status === 0) return { ok: true, text: stdout };
  const line = stderr.split('\n').find((each) => each !== '') ?? '';
  return { ok: false, reason: `ipvsadm -Sn ended with ${status}: ${line}` };
}

/** Reads in pieces up to the limit: it may be a device without an end. */
function readAll(fd: number): Input {
  const pieces: Buffer[] = [];
  let length = 0;
  for (;;) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const got = readSync(fd, piece, 0, PIECE_BYTES, null);
    if (got === 0) return { ok: true, text: Buffer.concat(pieces).toString('utf8') };
    length += got;
    if (length > INPUT_MAX_BYTES) return { ok: false, reason: 'it is too large' };
    pieces.push(piece.subarray(0, got));
  }
}
