import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { Observable } from 'rxjs';
import {
  NETLINK_WORKER_SOURCE,
  PENDING,
  STOP,
  type NetlinkEvent,
  type NetlinkWorkerData,
} from './netlink-worker.ts';

export type { NetlinkEvent } from './netlink-worker.ts';

/** Socket buffer for what was not read yet: 602 events of one burst fitted. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;
/** Datagrams on their way from the worker to us; what comes while there are more is an `overflow`. */
const PENDING_MAX = 1024;
/** The worker holds next to nothing. */
const HEAP_MB_MAX = 16;

/**
 * Events of the kernel about network interfaces (RTMGRP_LINK) in this network
 * namespace, as datagrams for `parseLinkMessages`. Needs no privilege.
 *
 * Node has no netlink sockets, so a worker thread holds one through koffi, an
 * optional dependency. Errors where koffi is missing or the socket fails; never
 * completes. Unsubscribing ends the worker within 250 ms.
 */
export function netlinkLinks(
  koffiPath: () => string = findKoffi,
  receiveBufferBytes = RECEIVE_BUFFER_BYTES,
): Observable<NetlinkEvent> {
  return new Observable((subscriber) => {
    const shared = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
    const flags = new Int32Array(shared);
    const workerData: NetlinkWorkerData = {
      koffiPath: koffiPath(),
      shared,
      receiveBufferBytes,
      pendingMax: PENDING_MAX,
    };
    const worker = new Worker(NETLINK_WORKER_SOURCE, {
      eval: true,
      name: 'netlink',
      workerData,
      // Not the loaders of a development run: they take 200 ms to start.
      execArgv: [],
      // Its socket is none that Node opened.
      trackUnmanagedFds: false,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
    });
    worker.on('message', (event: NetlinkEvent) => {
      Atomics.sub(flags, PENDING, 1);
      subscriber.next(event);
    });
    worker.on('error', (error) => subscriber.error(error));
    worker.on('exit', (code) => subscriber.error(new Error(`the worker ended with code ${code}`)));
    // Not `terminate()`: the worker closes its socket itself.
    return () => Atomics.store(flags, STOP, 1);
  });
}

/** Throws where koffi is not installed. */
function findKoffi(): string {
  try {
    return createRequire(import.meta.url).resolve('koffi');
  } catch {
    throw new Error('koffi is not installed');
  }
}
