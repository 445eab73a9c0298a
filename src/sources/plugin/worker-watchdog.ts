import type { MessagePort, Worker } from 'node:worker_threads';
import {
  ASK_ABOVE_MS,
  ASK_LOOKS,
  BUFFERS_MB_MAX,
  LOOK_MS,
  STUCK_LOOKS_MAX,
  STUCK_LOOKS_MAX_LOADING,
} from './limits.ts';
import { ANSWERS, BUFFERS_KIB, type WorkerOrder } from './worker-protocol.ts';

/** A worker that is checked. */
interface WatchedWorker {
  readonly worker: Pick<Worker, 'performance'>;
  readonly port: Pick<MessagePort, 'postMessage'>;
  /** Shared with it: `ANSWERS` and `BUFFERS_KIB`. */
  readonly state: Int32Array;
  readonly isLoading: () => boolean;
  readonly kill: (reason: string) => void;
}

/**
 * Makes the check of one worker. It is alive if its event loop was idle since the last check, which
 * `eventLoopUtilization` shows without waking it; one that was never idle is asked, and alive if it
 * answers. Checks are counted and not timed: a process that was stopped missed none.
 */
export function workerCheck({ worker, port, state, isLoading, kill }: WatchedWorker): () => void {
  let checks = 0;
  let stuck = 0;
  let last = { idle: 0, active: 0, answers: 0 };
  let isAsked = false;
  return () => {
    checks += 1;
    const { idle, active } = worker.performance.eventLoopUtilization();
    const answers = Atomics.load(state, ANSWERS);
    const hasWaited = idle > last.idle;
    const hasAnswered = answers !== last.answers;
    const workedMs = active - last.active;
    last = { idle, active, answers };
    if (hasAnswered) isAsked = false;
    stuck = hasWaited || hasAnswered ? 0 : stuck + 1;
    const stuckMax = isLoading() ? STUCK_LOOKS_MAX_LOADING : STUCK_LOOKS_MAX;
    if (stuck >= stuckMax) {
      kill(`the plugin blocked its thread for ${(stuckMax * LOOK_MS) / 1000}s: killed`);
    } else if (Atomics.load(state, BUFFERS_KIB) > BUFFERS_MB_MAX * 1024) {
      kill(`the plugin used more than ${BUFFERS_MB_MAX} MB of buffers: killed`);
    } else if (!isAsked && (!hasWaited || workedMs > ASK_ABOVE_MS || checks % ASK_LOOKS === 0)) {
      isAsked = true;
      port.postMessage('ask' satisfies WorkerOrder);
    }
  };
}
