import { spawn, type ChildProcess } from 'node:child_process';
import { launchOf } from './child-launch.ts';
import { endAllMarked, markChild, unmarkChild } from './child-leftovers.ts';

/** Between the request to end and the end by force. */
export const TERM_GRACE_MS = 500;
/** What its children may still write after a child has exited, before their pipe is closed. */
export const LINGER_MS = 100;

export interface ChildSpec {
  /** The program first, then its arguments as they are: no shell is involved. */
  readonly command: readonly string[];
  /** `null`: as ourselves. */
  readonly user: string | null;
  /** `none`: reading gives the end of the file at once. Never our own stdin, which is ExaBGP's. */
  readonly stdin: 'pipe' | 'none';
}

export type ChildEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'not-started'; readonly reason: string };

export interface ChildEvents {
  readonly stdout: (chunk: Buffer) => void;
  readonly stderr: (chunk: Buffer) => void;
  /** Exactly once, never from inside `startChild`; nothing is called after it. */
  readonly ended: (end: ChildEnd) => void;
}

/** A child that was started, or could not be, which `ended` reports. */
export interface Child {
  /** Whether the pipe took it: a child that does not read loses what it is sent. */
  write(text: string): boolean;
  pause(): void;
  resume(): void;
  /** Asks it and all of its process group to end, and ends them by force after `TERM_GRACE_MS`. */
  stop(): void;
}

/** Process groups that may still have members. */
const groups = new Set<number>();
let isWatchingExit = false;

/**
 * Starts a child without a shell, in a process group of its own, with a cleaned environment,
 * its output in pipes. When the child has exited, what it left in its group is killed, what
 * escaped from it (a daemon) loses its pipe and is killed soon: neither makes us wait.
 */
export function startChild(spec: ChildSpec, on: ChildEvents): Child {
  const launch = launchOf(spec.command, spec.user);
  if (!launch.ok) return notStarted(launch.reason, on);
  watchExit();
  const env = { ...launch.options.env, ...markChild() };
  const marked: ChildEvents = {
    ...on,
    ended: (end) => {
      unmarkChild(env);
      on.ended(end);
    },
  };
  try {
    const child = spawn(launch.program, launch.args, {
      ...launch.options,
      env,
      detached: true,
      stdio: [spec.stdin === 'pipe' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    return running(child, launch.program, marked);
  } catch (error) {
    return notStarted(whyNot(error, launch.program), marked);
  }
}

function running(child: ChildProcess, program: string, on: ChildEvents): Child {
  const { pid } = child;
  if (pid === undefined) {
    child.once('error', (error) =>
      on.ended({ kind: 'not-started', reason: whyNot(error, program) }),
    );
    return DEAD;
  }
  groups.add(pid);
  let escalation: NodeJS.Timeout | null = null;
  let linger: NodeJS.Timeout | null = null;
  let isOver = false;
  const over = (): void => {
    isOver = true;
    if (escalation !== null) clearTimeout(escalation);
    if (linger !== null) clearTimeout(linger);
    signalGroup(pid, 'SIGKILL');
    groups.delete(pid);
  };
  // Of a kill that came too late, or a pipe that broke: `close` reports the end.
  for (const emitter of [child, child.stdin, child.stdout, child.stderr]) {
    emitter?.on('error', () => {});
  }
  child.stdout?.on('data', on.stdout);
  child.stderr?.on('data', on.stderr);
  child.once('exit', () => {
    const cut = (): void => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    linger = setTimeout(cut, LINGER_MS);
    // Output that was held back must not hold back the end.
    child.stdout?.resume();
    child.stderr?.resume();
  });
  child.once('close', (code, signal) => {
    over();
    // One of them is set. A code that is not must never pass for a success.
    on.ended(
      code === null
        ? { kind: 'killed', signal: signal ?? 'an unknown signal' }
        : { kind: 'exited', code },
    );
  });
  return {
    write: (text) => child.stdin?.writable === true && child.stdin.write(text),
    pause: () => {
      child.stdout?.pause();
      child.stderr?.pause();
    },
    resume: () => {
      child.stdout?.resume();
      child.stderr?.resume();
    },
    stop: () => {
      if (isOver || escalation !== null) return;
      signalGroup(pid, 'SIGTERM');
      escalation = setTimeout(() => signalGroup(pid, 'SIGKILL'), TERM_GRACE_MS);
    },
  };
}

/** Nothing was started, so there is nothing to write to. */
const DEAD: Child = { write: () => false, pause: () => {}, resume: () => {}, stop: () => {} };

function notStarted(reason: string, on: ChildEvents): Child {
  process.nextTick(() => on.ended({ kind: 'not-started', reason }));
  return DEAD;
}

/** However this process ends, short of being killed, its children end with it. */
function watchExit(): void {
  if (isWatchingExit) return;
  isWatchingExit = true;
  process.on('exit', endChildren);
}

/** At the end of this process. */
export function endChildren(): void {
  for (const pid of groups) signalGroup(pid, 'SIGKILL');
  endAllMarked();
}

function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is empty, or its processes changed to another user and cannot be ended by us.
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'does not exist'],
  ['EACCES', 'may not be executed'],
  ['EPERM', 'may not be started as this user'],
  ['ENOEXEC', 'is not an executable: a script needs a #! line'],
  ['E2BIG', 'was given too many arguments'],
  ['EAGAIN', 'cannot be started: too many processes'],
  ['ENOMEM', 'cannot be started: out of memory'],
  ['EMFILE', 'cannot be started: out of file descriptors'],
  ['ENFILE', 'cannot be started: out of file descriptors on this node'],
]);

function whyNot(error: unknown, program: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return `${program} ${REASONS.get(code) ?? `cannot be started (${code})`}`;
}
