import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { Owner } from './owner.ts';
import { program } from './parts.ts';

/** A network namespace with its loopback up. */
export interface Namespace {
  readonly name: string;
  /** `argv` as it has to be started to run inside. */
  inside(argv: readonly string[]): string[];
  /** Runs `ip` inside, one command a line. */
  ip(commands: readonly string[]): void;
}

const namePattern = /^rve2e-(\d+)-\d+$/;
let made = 0;

/** Makes one namespace under a name that no other process uses; gone with its owner. */
export function makeNamespace(owner: Owner): Namespace {
  if (made === 0) removeOrphans();
  const ipPath = program('ip');
  made += 1;
  const name = `rve2e-${process.pid}-${made}`;
  execFileSync(ipPath, ['netns', 'add', name]);
  owner.own(() => removeNamespace(name));

  const ip = (commands: readonly string[]): void => {
    execFileSync(ipPath, ['-n', name, '-batch', '-'], { input: `${commands.join('\n')}\n` });
  };
  ip(['link set lo up']);
  return { name, inside: (argv) => [ipPath, 'netns', 'exec', name, ...argv], ip };
}

/** Kills whatever still runs inside: the namespace is ours alone, so all of it is ours. */
function removeNamespace(name: string): void {
  const pids = execFileSync(program('ip'), ['netns', 'pids', name], { encoding: 'utf8' });
  for (const pid of pids.split('\n').filter((line) => line !== '')) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended by itself meanwhile.
    }
  }
  execFileSync(program('ip'), ['netns', 'del', name]);
}

/** A test that was killed with SIGKILL could not clean up; the next one does it for it. */
function removeOrphans(): void {
  for (const name of namespaces()) {
    const pid = namePattern.exec(name)?.[1];
    if (pid === undefined || alive(Number(pid))) continue;
    try {
      removeNamespace(name);
    } catch {
      // Another test that starts just now was faster.
    }
  }
}

function namespaces(): string[] {
  try {
    return readdirSync('/run/netns');
  } catch {
    return [];
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
