import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** In the environment of every child, and of all that descends from it. */
const MARK = 'ROUTEVANE_CHILD';

/** Between two scans of all processes: a scan takes some 10 µs for each. */
const GAP_MS = 1000;

/** Processes that are looked at before the loop has its turn. */
const SLICE = 50;

/** Fields of proc_pid_stat(5), counted from the state, which follows the name. */
const STATE = 0;
const SESSION = 3;
const START_TICKS = 19;

/** A process that outlived the child it descends from, and was ended. */
export interface Leftover {
  readonly pid: number;
  /** The name of its program, as the kernel has it. */
  readonly name: string;
}

/** A secret of this process: a process that has it in its environment descends from one of our children. */
const ours = randomBytes(16).toString('hex');

const running = new Set<string>();
let started = 0;
let timer: NodeJS.Timeout | null = null;
let report: (leftovers: readonly Leftover[]) => void = () => {};

/** Whom to notify of what was left behind and ended. */
export function onLeftovers(notify: (leftovers: readonly Leftover[]) => void): void {
  report = notify;
}

/** The mark of a child that begins, as a part of its environment. */
export function markChild(): Readonly<Record<typeof MARK, string>> {
  started += 1;
  const mark = `${ours}-${started}`;
  running.add(mark);
  return { [MARK]: mark };
}

/** The child is over: what still carries its mark has left its process group, and is ended soon. */
export function unmarkChild(env: NodeJS.ProcessEnv): void {
  const mark = env[MARK];
  if (mark === undefined || !running.delete(mark)) return;
  timer ??= setTimeout(() => void sweep(), GAP_MS).unref();
}

/** Ends all that descends from children, at once: for a process that ends itself. */
export function endAllMarked(): void {
  running.clear();
  if (started > 0) for (const pid of processes()) endLeftover(pid);
}

async function sweep(): Promise<void> {
  const found: Leftover[] = [];
  let count = 0;
  for (const pid of processes()) {
    const leftover = endLeftover(pid);
    if (leftover !== null) found.push(leftover);
    count += 1;
    if (count % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  timer = null;
  if (found.length === 0) return;
  report(found);
  // One that was about to fork may have done so.
  timer ??= setTimeout(() => void sweep(), GAP_MS).unref();
}

function processes(): readonly number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    // Without procfs no process can be identified.
    return [];
  }
}

/**
 * Ends a process that carries the mark of a child that is over. Its start is read before and after
 * its environment, all within one turn: the number may not have become another process's.
 */
function endLeftover(pid: number): Leftover | null {
  try {
    const { state, session, startTicks, name } = statOf(pid);
    // Each child begins a session of its own: who is in ours is none. A zombie is ended already.
    if (state === 'Z' || session === own.session || startTicks < own.startTicks) return null;
    const environment = `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}\0`;
    const mark = new RegExp(`\\0${MARK}=(${ours}-\\d+)\\0`, 'u').exec(environment)?.[1];
    if (mark === undefined || running.has(mark) || statOf(pid).startTicks !== startTicks) {
      return null;
    }
    process.kill(pid, 'SIGKILL');
    return { pid, name };
  } catch {
    // It has ended, or we may not read it: then we may not end it either.
    return null;
  }
}

interface ProcessStat {
  readonly name: string;
  readonly state: string;
  readonly session: number;
  readonly startTicks: number;
}

function statOf(pid: number | 'self'): ProcessStat {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name may hold spaces and brackets.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  return {
    name: text.slice(text.indexOf('(') + 1, end),
    state: fields[STATE] ?? '',
    session: Number(fields[SESSION]),
    startTicks: Number(fields[START_TICKS]),
  };
}

const own = ownStat();

function ownStat(): Pick<ProcessStat, 'session' | 'startTicks'> {
  try {
    return statOf('self');
  } catch {
    return { session: 0, startTicks: Infinity };
  }
}
