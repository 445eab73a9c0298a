import { setTimeout as sleep } from 'node:timers/promises';
import { ask, failed, failedFor } from './admin-client.ts';
import { exitCode } from './command.ts';
import { isRecord, numberOf, recordOf, textOf, type JsonRecord } from './loose-json.ts';
import { cut, safeForTerminal, timeText } from './printable.ts';

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
    const view = isRecord(answer.value) ? recordOf(answer.value, 'drain') : null;
    if (view === null) return failedFor(name, 'another operator ended the maintenance');
    const left = connectionsLeft(view);
    const isFew = view['out'] === true && left !== null && left <= connectionsMax;
    if (view['done'] === true || isFew) return printDrained(name, left);
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) {
      if (view['out'] === true) return printDrained(name, left);
      return failed(
        `${progressText(name, view)}: it still takes new connections, and the time of --within has passed`,
      );
    }
    progress.show(progressText(name, view));
    await sleep(Math.min(LOOK_MS, leftMs));
  }
}

function printDrained(name: string, left: number | null): number {
  const rest = left === null || left === 0 ? '' : `, ${left} connections left`;
  process.stdout.write(`${safeForTerminal(name)}: drained${rest}\n`);
  return exitCode.ok;
}

/** One line of a terminal that is written over; nothing elsewhere. */
function progressLine(): { readonly show: (text: string) => void; readonly clear: () => void } {
  if (!process.stderr.isTTY) return { show: () => {}, clear: () => {} };
  let isShown = false;
  return {
    show(text) {
      process.stderr.write(cut(safeForTerminal(text), COLUMNS_MAX));
      isShown = true;
    },
    clear() {
      if (isShown) process.stderr.write('\r\u001b[K');
      isShown = false;
    },
  };
}

function connectionsLeft(view: JsonRecord): number | null {
  return numberOf(recordOf(view, 'progress') ?? {}, 'active_connections');
}

function progressText(name: string, view: JsonRecord): string {
  const progress = recordOf(view, 'progress') ?? {};
  const left = connectionsLeft(view);
  const deadline = textOf(progress, 'deadline');
  const unconfirmed = numberOf(progress, 'unconfirmed_routes') ?? 0;
  return [
    `${name}: draining`,
    ...(left === null ? [] : [`${left} connections left`]),
    ...(deadline === '' ? [] : [`at the latest at ${timeText(deadline)}`]),
    ...(unconfirmed === 0 ? [] : [`${unconfirmed} changes not confirmed by ExaBGP yet`]),
  ].join(', ');
}
