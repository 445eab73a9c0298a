/** Indexes into the shared memory between the worker and its owner. */
export const STOP = 0;
export const PENDING = 1;

/** What the worker gets at its start. */
export interface NetlinkWorkerData {
  /** The file that koffi is loaded from: a worker made from text resolves no packages. */
  readonly koffiPath: string;
  /** Two 32-bit integers: `STOP` and `PENDING`. */
  readonly shared: SharedArrayBuffer;
  readonly receiveBufferBytes: number;
  readonly pendingMax: number;
}

/** What the worker sends. */
export type NetlinkEvent =
  /** Each event from now on is sent. */
  | { readonly kind: 'listening' }
  /** One datagram of the kernel. Only the kernel and CAP_NET_ADMIN can send to the socket. */
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array }
  /** Events were lost: the state has to be read anew from elsewhere. */
  | { readonly kind: 'overflow' };

/**
 * The worker's program, as text: the release is one file, so there is no second
 * one to start a worker from. Plain CommonJS, nothing but Node and koffi.
 *
 * It blocks in read(2), and checks every 250 ms whether it is to stop: without
 * this time-out `process.exit` would wait for the next link event before it ends.
 */
export const NETLINK_WORKER_SOURCE = `'use strict';
const { closeSync, readSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');

const STOP = ${STOP};
const PENDING = ${PENDING};
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const RTMGRP_LINK = 1;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVTIMEO = 20;
const SO_RCVBUFFORCE = 33;
const READ_TIMEOUT_US = 250000;
const DATAGRAM_BYTES_MAX = 65536;

const { koffiPath, receiveBufferBytes, pendingMax } = workerData;
const shared = new Int32Array(workerData.shared);
const koffi = require(koffiPath);
const libc = koffi.load(null);
const timeval = koffi.struct('timeval', { sec: 'long', usec: 'long' });
const sockaddrNl = koffi.struct('sockaddr_nl', {
  family: 'uint16', pad: 'uint16', pid: 'uint32', groups: 'uint32',
});
const socket = libc.func('int socket(int family, int type, int protocol)');
const bind = libc.func('int bind(int fd, const sockaddr_nl *address, uint32_t bytes)');
const setTime = libc.func('setsockopt', 'int', ['int', 'int', 'int', koffi.pointer(timeval), 'uint32']);
const setInt = libc.func('setsockopt', 'int', ['int', 'int', 'int', 'int *', 'uint32']);

function must(result, what) {
  if (result < 0) throw new Error(what + ' failed with errno ' + koffi.errno());
  return result;
}

const fd = must(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), 'socket');
let hasMissed = false;

function post(event) {
  Atomics.add(shared, PENDING, 1);
  parentPort.postMessage(event);
}

function postMissed() {
  if (!hasMissed || Atomics.load(shared, PENDING) >= pendingMax) return;
  hasMissed = false;
  post({ kind: 'overflow' });
}

function readOne(buffer) {
  try {
    const length = readSync(fd, buffer);
    // That something is missing is sent before what came after it.
    postMissed();
    if (hasMissed || Atomics.load(shared, PENDING) >= pendingMax) hasMissed = true;
    else post({ kind: 'datagram', bytes: buffer.slice(0, length) });
  } catch (error) {
    if (error.code === 'ENOBUFS') hasMissed = true;
    else if (error.code !== 'EAGAIN' && error.code !== 'EINTR') throw error;
  }
}

try {
  const timeout = { sec: 0, usec: READ_TIMEOUT_US };
  must(setTime(fd, SOL_SOCKET, SO_RCVTIMEO, timeout, koffi.sizeof(timeval)), 'SO_RCVTIMEO');
  // Beyond net.core.rmem_max only with CAP_NET_ADMIN; a smaller buffer works, too.
  if (setInt(fd, SOL_SOCKET, SO_RCVBUFFORCE, [receiveBufferBytes], 4) < 0) {
    setInt(fd, SOL_SOCKET, SO_RCVBUF, [receiveBufferBytes], 4);
  }
  const address = { family: AF_NETLINK, pad: 0, pid: 0, groups: RTMGRP_LINK };
  must(bind(fd, address, koffi.sizeof(sockaddrNl)), 'bind');
  post({ kind: 'listening' });
  const buffer = new Uint8Array(DATAGRAM_BYTES_MAX);
  while (Atomics.load(shared, STOP) === 0) {
    readOne(buffer);
    postMissed();
  }
} finally {
  closeSync(fd);
}
`;
