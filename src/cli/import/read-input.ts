import { closeSync, openSync, readSync } from 'node:fs';

/** A table of 100,000 real servers takes 8 MB. */
export const INPUT_MAX_BYTES = 64 << 20;
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
