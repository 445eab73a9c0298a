import pino, { type Logger } from 'pino';
import { nowMs } from './clock.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';

/** Structured log: one JSON object a line. Never stdout: that belongs to ExaBGP. */
export interface Log {
  /** `event` is a stable name; `fields` are data; `message` is the readable text; `timeMs`: wall clock, default now. */
  write(
    level: Level,
    event: string,
    message: string,
    fields?: Readonly<Record<string, unknown>>,
    timeMs?: number,
  ): void;
  /** Takes no more lines. Resolves when all were handed over, in order, or cannot be. */
  end(): Promise<void>;
  /** Hands over what is buffered within this call: for a process that cannot go on. */
  flushNow(): void;
  /** Lines wait, and none was taken for a while: the reader of the log has stopped. */
  isStuck(): boolean;
}

const STDERR_FD = 2;

/**
 * Beyond this, lines are dropped and counted, and the daemon goes on: a log reader
 * that stopped reading must never stop the one who keeps the routes right. Ten
 * thousand routes that change at once need most of it.
 */
const BUFFER_MAX_BYTES = 10 * 1024 * 1024;

/** Beyond this, debug lines go first: they must not take the room of those that matter. */
const DEBUG_MAX_BYTES = 2 * 1024 * 1024;

/** What is left is written within this, or not at all: stderr may be closed. */
const END_MAX_MS = 1000;

/** What is being written is so in a thread of its own, which has this long to have done it. */
const IN_FLIGHT_MS = 50;

/** Without any line taken for this long, none will be. */
const STUCK_MS = 500;

/** JSON lines on stderr, written without ever blocking the event loop. */
export function stderrLog(level: Level): Log {
  const destination = pino.destination({
    fd: STDERR_FD,
    sync: false,
  });
  let waitingBytes = 0;
  let takenMs = 0;
  destination.on('write', (bytes: number) => {
    waitingBytes -= bytes;
    takenMs = nowMs();
  });
  const isStuck = (): boolean => waitingBytes > 0 && nowMs() - takenMs > STUCK_MS;
  const waiting = {
    write: (line: string): void => {
      if (waitingBytes === 0) takenMs = nowMs();
      waitingBytes += Buffer.byteLength(line);
      destination.write(line);
    },
  };
  // A stderr that was closed is no reason to die.
  destination.on('error', () => {});
  let dropped = 0;
  let isEnded = false;
  const logger: Logger = pino(
    {
      level,
      base: { pid: process.pid },
      // Given with each line: some are written after the work they report.
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
    },
    waiting,
  );
  // There is room again: what is missing from the log must be known from the log.
  destination.on('drain', () => {
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    const time = new Date().toISOString();
    logger.error({ time, event: 'log_dropped', lines }, `${lines} lines of the log were dropped`);
  });
  return {
    write: (at, event, message, fields, timeMs = Date.now()) => {
      if (isEnded) return;
      if (waitingBytes > (at === 'debug' ? DEBUG_MAX_BYTES : BUFFER_MAX_BYTES)) {
        dropped += 1;
        return;
      }
      logger[at]({ time: new Date(timeMs).toISOString(), event, ...fields }, message);
    },
    end: () =>
      new Promise((resolve) => {
        isEnded = true;
        setTimeout(resolve, END_MAX_MS).unref();
        destination.once('close', resolve);
        destination.end();
      }),
    isStuck,
    flushNow: () => {
      if (isStuck()) return;
      // Else what is buffered would overtake what is being written.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, IN_FLIGHT_MS);
      try {
        destination.flushSync();
      } catch {
        // Not open yet, or gone: nothing more can be done about the last lines.
      }
    },
  };
}
