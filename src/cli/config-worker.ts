import { parentPort, workerData } from 'node:worker_threads';
import { hashOf } from '../platform/hash.ts';
import { loadConfig } from './config-file.ts';
import type { LoadedBeside } from './load-beside.ts';

/** The program of the thread that reads a configuration beside the daemon's own. */
const port = parentPort;
if (port === null) throw new Error('this runs in a thread of the daemon');
const file: unknown = workerData;
const result = loadConfig(String(file));
const loaded: LoadedBeside = { result, hash: result.ok ? hashOf(result.config) : '' };
port.postMessage(loaded);
