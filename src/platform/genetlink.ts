import { closeSync, readSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { messageOf } from './error.ts';

/** A generic netlink socket to the kernel. Every call returns at once, or within `ANSWER_MAX_MS`. */
export interface NetlinkSocket {
  /**
   * Sends one or more requests, encoded after one another. The kernel has carried them
   * out in order when this returns, and its answers wait in the socket.
   */
  send(requests: Uint8Array): SocketResult<null>;
  /** The next datagram of the kernel. The bytes are overwritten by the next call. */
  receive(): SocketResult<Uint8Array>;
  close(): void;
}

export type SocketResult<T> =
  | { readonly ok: true; readonly value: T }
  /** `overflow`: answers were lost, so that the socket cannot complete this request. */
  | {
      readonly ok: false;
      readonly code: 'timeout' | 'overflow' | 'failed';
      readonly reason: string;
    };

export type OpenedSocket =
  | { readonly ok: true; readonly socket: NetlinkSocket }
  | { readonly ok: false; readonly code: 'no_koffi' | 'failed'; readonly reason: string };

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_GENERIC = 16;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_RCVBUFFORCE = 33;
/** Answers are there when `send` returns; this is for a kernel that has none. */
const ANSWER_MAX_MS = 500;
/** A thousand refusals, each of which takes most of a kilobyte in the kernel. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;
/** The kernel puts at most 32 KiB of a dump into one datagram, where there is room for it. */
const DATAGRAM_BYTES_MAX = 65_536;
/** Signals that interrupt one call in a row. */
const INTERRUPTS_MAX = 100;

/**
 * Opens a generic netlink socket in this network namespace. Node has none, so one is
 * made through koffi, an optional dependency; reading, writing and closing are Node's own.
 * The owner closes it. Needs no privilege; a request may.
 */
export function openGenericNetlink(loadKoffi: () => unknown = requireKoffi): OpenedSocket {
  let koffi: Koffi;
  try {
    koffi = asKoffi(loadKoffi());
  } catch {
    return { ok: false, code: 'no_koffi', reason: 'the npm package koffi is not installed' };
  }
  try {
    return { ok: true, socket: socketOf(openSocket(koffi)) };
  } catch (error) {
    return { ok: false, code: 'failed', reason: messageOf(error) };
  }
}

type Native = (...args: readonly unknown[]) => number;

/** As much of koffi as is needed here. */
interface Koffi {
  load(path: null): { func(declaration: string): Native };
  sizeof(type: string): number;
  errno(): number;
}

function openSocket(koffi: Koffi): number {
  const libc = koffi.load(null);
  const socket = libc.func('int socket(int family, int type, int protocol)');
  const setOption = libc.func(
    'int setsockopt(int fd, int level, int name, const void *value, uint32_t bytes)',
  );
  const fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
  if (fd < 0) throw new Error(`a netlink socket cannot be opened: errno ${koffi.errno()}`);
  const timeout = timeval(koffi.sizeof('long'));
  // Without the time-out a missing answer would stop us for good.
  if (setOption(fd, SOL_SOCKET, SO_RCVTIMEO, timeout, timeout.byteLength) < 0) {
    closeSync(fd);
    throw new Error(`SO_RCVTIMEO was refused: errno ${koffi.errno()}`);
  }
  // Refused without CAP_NET_ADMIN, without which there is nothing to change anyway.
  setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, Int32Array.of(RECEIVE_BUFFER_BYTES), 4);
  return fd;
}

/** Seconds and microseconds, each a `long`. */
function timeval(longBytes: number): BigInt64Array | Int32Array {
  const microseconds = ANSWER_MAX_MS * 1000;
  return longBytes === 8
    ? BigInt64Array.of(0n, BigInt(microseconds))
    : Int32Array.of(0, microseconds);
}

function socketOf(fd: number): NetlinkSocket {
  const buffer = new Uint8Array(DATAGRAM_BYTES_MAX);
  let isOpen = true;
  return {
    send: (requests) =>
      uninterrupted(isOpen, () => {
        writeSync(fd, requests);
        return null;
      }),
    receive: () => uninterrupted(isOpen, () => buffer.subarray(0, readSync(fd, buffer))),
    close: () => {
      if (isOpen) closeSync(fd);
      isOpen = false;
    },
  };
}

function uninterrupted<T>(isOpen: boolean, call: () => T): SocketResult<T> {
  // The number may be another file's by now.
  if (!isOpen) return { ok: false, code: 'failed', reason: 'the netlink socket is closed' };
  for (let interrupts = 0; ; interrupts += 1) {
    try {
      return { ok: true, value: call() };
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EINTR' && interrupts < INTERRUPTS_MAX) continue;
      if (code === 'EAGAIN') {
        return { ok: false, code: 'timeout', reason: `no answer in ${ANSWER_MAX_MS} ms` };
      }
      if (code === 'ENOBUFS') {
        return {
          ok: false,
          code: 'overflow',
          reason: 'the receive buffer of the netlink socket overflowed',
        };
      }
      return { ok: false, code: 'failed', reason: messageOf(error) };
    }
  }
}

function requireKoffi(): unknown {
  return createRequire(import.meta.url)('koffi');
}

/** koffi's types are its own business; what is missing shows itself in the first call. */
function asKoffi(module: unknown): Koffi {
  if (!isKoffi(module)) throw new Error('this is not koffi');
  return module;
}

function isKoffi(module: unknown): module is Koffi {
  return typeof module === 'object' && module !== null && 'load' in module && 'errno' in module;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
