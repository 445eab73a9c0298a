import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

/** A part that does not come up within this is broken. */
export const patienceMs = 60_000;

/** Sends a signal; resolves with the child, or with `null` once a signal that ends it has. */
export async function signalled(
  child: ChildProcess | null,
  signal: NodeJS.Signals,
): Promise<ChildProcess | null> {
  if (child === null) return null;
  child.kill(signal);
  if (signal === 'SIGSTOP' || signal === 'SIGCONT') return child;
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return null;
}

/** Whether somebody listens there. */
export async function connects(path: string): Promise<boolean> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** The programs have no way to tell when they are ready, so they are asked. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`not within ${patienceMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
