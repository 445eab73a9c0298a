import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ConfigResult } from '../config/read.ts';
import { hashOf } from '../platform/hash.ts';
import { loadConfig } from './config-file.ts';

export interface LoadedInThread {
  /** A copy: its regular expressions are text and have to be compiled again. */
  readonly result: ConfigResult;
  /** Of the configuration. */
  readonly hash: string;
}

/**
 * Reads and checks a configuration in a thread of its own, which takes its memory with it when it
 * ends: 5,000 real servers take half a second, and the daemon has other things to do meanwhile.
 * Where there can be no thread, it is read in ours.
 */
export async function loadInThread(file: string): Promise<LoadedInThread> {
  const program = programPath();
  if (program !== null) {
    try {
      return await inWorker(program, file);
    } catch {
      // Out of threads or memory: late is better than not at all.
    }
  }
  const result = loadConfig(file);
  return { result, hash: result.ok ? hashOf(result.config) : '' };
}

/** The release has it as a file of its own; in a development run nothing has compiled it. */
function programPath(): string | null {
  const path = fileURLToPath(new URL('config-worker.js', import.meta.url));
  return existsSync(path) ? path : null;
}

function inWorker(program: string, file: string): Promise<LoadedInThread> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { name: 'configuration', workerData: file });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread ended without an answer')));
  });
}
