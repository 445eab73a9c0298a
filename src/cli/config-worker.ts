import { parentPort, workerData } from 'node:worker_threads';
import { hashOf } from '../platform/hash.ts';
import { loadConfig } from './config-file.ts';
import type { LoadedInThread } from './load-in-thread.ts';

/** The worker thread that reads a new configuration while the daemon's main thread goes on. */
const port = parentPort;
if (port === null) throw new Error('this runs in a thread of the daemon');
const file: unknown = workerData;
const result = loadConfig(String(file));
const loaded: LoadedInThread = { result, hash: result.ok ? hashOf(result.config) : '' };
port.postMessage(loaded);
