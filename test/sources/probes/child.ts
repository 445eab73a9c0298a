import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ChildTarget } from './probes-child.ts';

const SCRIPT = fileURLToPath(new URL('probes-child.ts', import.meta.url));

/** One line of the child: an observation, or a notice. */
export interface ChildLine {
  readonly signal?: string;
  readonly state?: string;
  readonly reason?: string;
  readonly event?: string;
  readonly message?: string;
}

/** Runs a program until the test ends. */
export function run(t: TestContext, command: readonly string[]) {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  });
  return child;
}

/** Probes `targets` in a child that is started by `through`, until `enough` is true of its lines. */
export async function probeInChild(
  t: TestContext,
  options: {
    readonly through: readonly string[];
    readonly targets: readonly ChildTarget[];
    readonly listenPort?: number | 'greedy';
  },
  enough: (lines: readonly ChildLine[]) => boolean,
): Promise<ChildLine[]> {
  const node = [process.execPath, '--import', 'tsx', SCRIPT, JSON.stringify(options.targets)];
  if (options.listenPort !== undefined) node.push(String(options.listenPort));
  const child = run(t, [...options.through, ...node]);
  const lines: ChildLine[] = [];
  for await (const line of createInterface(child.stdout)) {
    const parsed: ChildLine = JSON.parse(line);
    lines.push(parsed);
    if (enough(lines)) break;
  }
  assert.ok(enough(lines), `the child ended too early, after ${JSON.stringify(lines.slice(-3))}`);
  child.kill('SIGKILL');
  return lines;
}

/** A network namespace of this test alone; `setUp` are commands within it. */
export function namespace(t: TestContext, setUp: readonly string[]): readonly string[] {
  assert.equal(process.getuid?.(), 0, 'network namespaces need root');
  const name = `rv-probes-${process.pid}-${Math.random().toString(36).slice(2, 6)}`;
  execFileSync('ip', ['netns', 'add', name]);
  t.after(() => execFileSync('ip', ['netns', 'del', name]));
  const within = ['ip', 'netns', 'exec', name];
  for (const command of ['ip link set lo up', ...setUp]) {
    execFileSync('ip', [...within.slice(1), 'sh', '-c', command]);
  }
  return within;
}
