/** The program of a plugin's worker thread. */
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { guardStandardStreams } from './guard.ts';
import { loadModule } from './load.ts';
import { runObserve } from './run.ts';
import {
  ANSWERS,
  BUFFERS_KIB,
  type PluginWorkerData,
  type WorkerOrder,
} from './worker-protocol.ts';

const { spec, installation, isCheckOnly, port, shared }: PluginWorkerData = workerData;
const state = new Int32Array(shared);

function answer(): void {
  // `process.memoryUsage` would read files of /proc, fifty times a second with fifty plugins.
  Atomics.store(state, BUFFERS_KIB, Math.round(getHeapStatistics().external_memory / 1024));
  Atomics.add(state, ANSWERS, 1);
}

// Nobody reads what a plugin posts there by itself: it would pile up.
parentPort?.close();
// Its `process.stdout` is a stream to its owner anyway.
guardStandardStreams(() => (text) => process.stdout.write(text));

const abort = new AbortController();
port.on('message', (order: WorkerOrder) => {
  if (order === 'end') abort.abort();
  else answer();
});

async function run(): Promise<void> {
  await runObserve(() => loadModule(spec.run, installation), {
    spec,
    send: (event) => port.postMessage(event),
    signal: abort.signal,
    isCheckOnly,
  });
  // What it has open must not keep the thread alive; its events are on their way to the owner.
  if (abort.signal.aborted) process.exit();
}

void run();
