import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { printable, REASON_MAX_CHARS } from '../../protocol/printable.ts';
import { nowMs } from '../../platform/clock.ts';
import { LogLineLimiter } from './log-line-limiter.ts';
import { CLOSE_MAX_MS, HEAP_MB_MAX } from './limits.ts';
import type { Installation } from './load.ts';
import { failedEvent, type PluginEvent, type PluginSpec, type SendEvent } from './messages.ts';
import type { Watchdog } from './watchdog.ts';
import { thrownAt } from './thrown-at.ts';
import { workerCheck } from './worker-watchdog.ts';
import type { PluginWorkerData } from './worker-protocol.ts';

/** What a plugin sees of our environment. */
const ENVIRONMENT = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

/** In a development run the worker's program is TypeScript, and nothing has compiled it yet. */
const BOOT = `'use strict';
const { workerData } = require('node:worker_threads');
const { program, installation } = workerData;
if (program.endsWith('.ts')) {
  process.env.ESBUILD_WORKER_THREADS = '0';
  require(installation.tsxPath).register();
  delete process.env.ESBUILD_WORKER_THREADS;
}
require(program);
`;

/** Where the parts of this installation are. Throws where tsx is not installed. */
export function findInstallation(): Installation {
  const ownFile = fileURLToPath(import.meta.url);
  return { ownFile, tsxPath: createRequire(ownFile).resolve('tsx/cjs/api') };
}

/**
 * Runs a plugin in a thread of its own, where a busy loop or a leak stops
 * nobody else: it is killed, with the reason. Sends its events, `failed` being the last.
 * Returns what ends it, at the latest after `CLOSE_MAX_MS`.
 */
export function startWorker(
  spec: PluginSpec,
  send: SendEvent,
  deps: { readonly watchdog: Watchdog; readonly isCheckOnly?: boolean },
): () => void {
  const { port1: port, port2: workerPort } = new MessageChannel();
  const shared = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  const isCheckOnly = deps.isCheckOnly ?? false;
  const worker = makeWorker({ spec, isCheckOnly, port: workerPort, shared });
  if (typeof worker === 'string') {
    port.close();
    const immediate = setImmediate(() => send(failedEvent(worker)));
    return () => clearImmediate(immediate);
  }
  let isLoading = true;
  let isClosing = false;
  let isOver = false;
  const end = (event: PluginEvent | null): void => {
    if (isOver) return;
    isOver = true;
    unwatch();
    port.close();
    // Events that are still under way are dropped: the port is closed.
    void worker.terminate();
    if (event !== null && !isClosing) send(event);
  };
  const unwatch = deps.watchdog.watch(
    workerCheck({
      worker,
      port,
      state: new Int32Array(shared),
      isLoading: () => isLoading,
      kill: (reason) => end(failedEvent(reason)),
    }),
  );
  port.on('message', (event: PluginEvent) => {
    if (isOver || isClosing) return;
    if (event.kind === 'started') isLoading = false;
    if (event.kind === 'failed') end(event);
    else send(event);
  });
  worker.on('error', (error) => end(failedEvent(killedBy(error, spec.run.module))));
  worker.on('exit', (code) => end(failedEvent(`the plugin called process.exit(${code})`)));
  const output = new LogLineLimiter(nowMs, (line) => {
    if (!isOver && !isClosing) send({ kind: 'logged', level: 'info', message: `printed: ${line}` });
  });
  for (const stream of [worker.stdout, worker.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => output.print(text));
  }
  return () => {
    if (isOver) return;
    isClosing = true;
    port.postMessage('end');
    const timer = setTimeout(() => end(null), CLOSE_MAX_MS);
    worker.once('exit', () => clearTimeout(timer));
  };
}

/** As text: why there can be none, such as too little memory, or tsx that is not installed. */
function makeWorker(data: Omit<PluginWorkerData, 'installation'>): Worker | string {
  try {
    return openWorker({ ...data, installation: findInstallation() });
  } catch (error) {
    return `its worker thread cannot be started: ${printable(String(error), REASON_MAX_CHARS)}`;
  }
}

function openWorker(data: PluginWorkerData): Worker {
  return new Worker(BOOT, {
    eval: true,
    name: `plugin ${data.spec.key}`,
    workerData: { ...data, program: programPath() },
    transferList: [data.port],
    execArgv: [],
    argv: [],
    env: Object.fromEntries(
      ENVIRONMENT.flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX, maxYoungGenerationSizeMb: 2 },
  });
}

/** The release has it as a file of its own next to the bundle. */
function programPath(): string {
  const source = fileURLToPath(new URL('worker.ts', import.meta.url));
  return existsSync(source) ? source : fileURLToPath(new URL('plugin-worker.cjs', import.meta.url));
}

function killedBy(error: Error, module: string): string {
  if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return `the plugin used more heap than ${HEAP_MB_MAX} MB: killed`;
  }
  return `the plugin threw an error: ${printable(error.message, REASON_MAX_CHARS)}${thrownAt(error, module)}`;
}
