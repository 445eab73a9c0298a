// What the benchmarks of the probes share: builds, pinned processes, medians.
import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const here = (name) => fileURLToPath(new URL(name, import.meta.url));
export const work = mkdtempSync(join(tmpdir(), 'routevane-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

/** The prober on one core, all else on another, where there are two. */
export const pinned = (core) =>
  availableParallelism() > 1 ? ['taskset', '-c', String(core)] : ['env'];

/** Bundled as the release is: tsx would cost time and memory that a user never sees. */
export async function bundle(entry) {
  const outfile = join(work, `${entry}.mjs`);
  await build({
    entryPoints: [here(entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.20',
    logLevel: 'warning',
  });
  return outfile;
}

export function compile(source) {
  const program = join(work, source.replace('.c', ''));
  execFileSync('cc', ['-O2', '-o', program, here(source)]);
  return program;
}

/** Runs a prober to its end and returns the JSON it prints. */
export async function measure(command, args) {
  const [program, ...rest] = [...pinned(0), ...command, ...args.map(String)];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  await once(child, 'close');
  return JSON.parse(text);
}

export async function listener(...args) {
  const [execPath, ...execArgv] = [...pinned(1), process.execPath];
  const child = fork(here('listener.mjs'), args.map(String), { execPath, execArgv });
  await once(child, 'message');
  return child;
}

export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

export const monotonicMs = () => Number(process.hrtime.bigint()) / 1e6;
