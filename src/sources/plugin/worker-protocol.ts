import type { MessagePort } from 'node:worker_threads';
import type { Installation } from './load.ts';
import type { PluginSpec } from './messages.ts';

/** Indexes into the shared memory between a worker and its owner: how often it has answered. */
export const ANSWERS = 0;
/** What the worker's buffers take, in KiB: V8's limit counts its heap only. */
export const BUFFERS_KIB = 1;

/** Sent to a worker while it runs: to end, or to report the size of its buffers. */
export type WorkerOrder = 'end' | 'ask';

/** What a worker gets at its start. */
export interface PluginWorkerData {
  readonly spec: PluginSpec;
  readonly installation: Installation;
  readonly isCheckOnly: boolean;
  /** A port of our own: the plugin can reach the thread's usual one. */
  readonly port: MessagePort;
  /** Two 32-bit integers: `ANSWERS` and `BUFFERS_KIB`. */
  readonly shared: SharedArrayBuffer;
}
