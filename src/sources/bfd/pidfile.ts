import { closeSync, constants, openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A process id and a newline need less. */
const FILE_BYTES_MAX = 32;

/** Where vswitchd's control socket is, or why that is not known. */
export type ControlPath =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'none'; readonly reason: string };

/** By ovs-vswitchd(8) the socket lies next to the pidfile, and its name holds the process id. */
export function controlPath(pidfile: string): ControlPath {
  let text: string;
  try {
    text = readStart(pidfile);
  } catch (error) {
    return { kind: 'none', reason: unreachableReason(pidfileErrorCode(error)) };
  }
  const pid = /^([1-9]\d{0,9})\s*$/.exec(text)?.[1];
  if (pid === undefined) return { kind: 'none', reason: "vswitchd's pidfile holds no process id" };
  return { kind: 'path', path: join(dirname(pidfile), `ovs-vswitchd.${pid}.ctl`) };
}

/** Why vswitchd cannot be reached, by the error code. */
export function unreachableReason(code: string): string {
  switch (code) {
    // It removes both files when it ends, and none when it is killed.
    case 'ENOENT':
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'EPIPE':
      return 'vswitchd is gone';
    // The queue of its control socket is full.
    case 'EAGAIN':
      return 'vswitchd is not answering';
    default:
      return `vswitchd cannot be watched (${code})`;
  }
}

export function pidfileErrorCode(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

/** `O_NONBLOCK`: a named pipe without a writer would stop the whole daemon. */
function readStart(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(FILE_BYTES_MAX);
    return bytes.toString('latin1', 0, readSync(fd, bytes));
  } finally {
    closeSync(fd);
  }
}
