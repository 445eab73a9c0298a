import { setTimeout as sleep } from 'node:timers/promises';
import { drainAnswer, type ApiDrain } from '../protocol/api.ts';
import { fitted } from '../protocol/api-read.ts';
import { ask, failed, failedFor } from './admin-client.ts';
import { exitCode } from './command.ts';
import { withoutControls } from '../protocol/printable.ts';
import { cut, timeText } from './printable.ts';

/** How often it looks. */
const LOOK_MS = 500;

/** The width of a terminal: a longer line could not be taken back. */
const COLUMNS_MAX = 79;

/** When waiting is over. */
export interface Patience {
  /** So few connections are few enough. */
  readonly connectionsMax: number;
  /** Those that are left then are left; Infinity: they are waited for. */
  readonly withinMs: number;
}

export function drainPath(name: string): string {
  return `/api/v1/drain/${encodeURIComponent(name)}`;
}

/**
 * Shows progress on a terminal until nothing new comes and few enough connections are left, or
 * the time is over. The maintenance itself goes on. Resolves to the exit code: what still takes
 * new traffic when the time is over is a failure.
 */
export async function waitUntilDrained(
  name: string,
  socket: string,
  { connectionsMax, withinMs }: Patience,
): Promise<number> {
  const progress = progressLine();
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const answer = await ask(socket, drainPath(name));
    progress.clear();
    if (!answer.ok) return failedFor(name, answer.message);
    const read = fitted(drainAnswer, answer.value);
    if (!read.ok) return failedFor(name, read.message);
    const { drain } = read.value;
    if (drain === null) return failedFor(name, 'another operator ended the maintenance');
    const { done: isDone, out: isOut } = drain;
    const { active_connections: left } = drain.progress;
    const isFew = isOut && left !== null && left <= connectionsMax;
    if (isDone || isFew) return printDrained(name, left);
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) {
      if (isOut) return printDrained(name, left);
      return failed(
        `${progressText(name, drain)}: it still takes new connections, and the time of --within has passed`,
      );
    }
    progress.show(progressText(name, drain));
    await sleep(Math.min(LOOK_MS, leftMs));
  }
}

function printDrained(name: string, left: number | null): number {
  const rest = left === null || left === 0 ? '' : `, ${left} connections left`;
  process.stdout.write(`${withoutControls(name)}: drained${rest}\n`);
  return exitCode.ok;
}

/** One line of a terminal that is written over; nothing elsewhere. */
function progressLine(): { readonly show: (text: string) => void; readonly clear: () => void } {
  if (!process.stderr.isTTY) return { show: () => {}, clear: () => {} };
  let isShown = false;
  return {
    show(text) {
      process.stderr.write(cut(withoutControls(text), COLUMNS_MAX));
      isShown = true;
    },
    clear() {
      if (isShown) process.stderr.write('\r\u001b[K');
      isShown = false;
    },
  };
}

function progressText(name: string, { progress }: ApiDrain): string {
  const { active_connections: left, deadline, unconfirmed_routes: unconfirmed } = progress;
  return [
    `${name}: draining`,
    ...(left === null ? [] : [`${left} connections left`]),
    ...(deadline === null ? [] : [`at the latest at ${timeText(deadline)}`]),
    ...(unconfirmed === 0 ? [] : [`${unconfirmed} changes not confirmed by ExaBGP yet`]),
  ].join(', ');
}
