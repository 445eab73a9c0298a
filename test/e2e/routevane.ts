import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Namespace } from './namespace.ts';
import type { Owner } from './owner.ts';
import { until } from './until.ts';

/** A routevane that the test talks to itself, without ExaBGP. */
export interface Routevane {
  readonly pid: number;
  /** Everything on stdout so far. */
  stdout(): string;
  stderr(): string;
  /** Writes to its stdin; resolves when the kernel took it or the process is gone. */
  write(data: string | Buffer): Promise<void>;
  endInput(): void;
  kill(signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGKILL'): void;
  /** Resolves when the condition holds; a failure shows what it said. */
  until(condition: () => boolean, what: string): Promise<void>;
  /** Resolves with the exit code; `null` where a signal ended it. */
  exit(timeoutMs: number): Promise<number | null>;
}

/** Generous: a loaded machine with two cores must not fail here. */
const conditionMs = 30_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
const bundle = join(root, 'dist/routevane.js');

/** The command line of the release bundle, built first where it is older than its sources. */
export function routevaneCommand(...args: readonly string[]): string[] {
  if (newestMs(join(root, 'src')) > modifiedMs(bundle)) {
    const built = spawnSync(process.execPath, ['build.mjs'], { cwd: root, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`the bundle cannot be built:\n${built.stderr}`);
  }
  return [process.execPath, bundle, ...args];
}

/** Starts it inside `namespace`, or (null) on this host. It dies with its owner. */
export function startRoutevane(
  owner: Owner,
  namespace: Namespace | null,
  ...words: readonly string[]
): Routevane {
  const argv = routevaneCommand(...words);
  const [command = '', ...args] = namespace === null ? argv : namespace.inside(argv);
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  owner.own(() => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  let end: { readonly code: number | null } | false = false;
  child.stdout.setEncoding('latin1');
  child.stderr.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => (stdout += chunk));
  child.stderr.on('data', (chunk: string) => (stderr += chunk));
  child.stdin.on('error', () => {});
  child.on('close', (code) => (end = { code }));
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    write: (data) =>
      new Promise((resolve) => {
        child.stdin.write(data, () => resolve());
      }),
    endInput: () => child.stdin.end(),
    kill: (signal) => void child.kill(signal),
    until: async (condition, what) => {
      await until(
        condition,
        conditionMs,
        what,
        () => `${stdout.slice(-2000)}\n${stderr.slice(-3000)}`,
      );
    },
    exit: async (timeoutMs) =>
      (
        await until(
          () => end,
          timeoutMs,
          'routevane ends',
          () => stderr,
        )
      ).code,
  };
}

function newestMs(folder: string): number {
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? newestMs(path) : modifiedMs(path);
  });
  return Math.max(0, ...times);
}

function modifiedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
