// A Linux kernel with IPVS for tests, whatever the host's kernel has: User-Mode Linux, or
// namespaces where the host's own kernel has IPVS. One boot takes about 2.5 s: boot once
// per test file.
//
//   import { after, test } from 'node:test';
//   const kernel = await ipvsKernel({ after });   // at the top of the file; or `ipvsKernel(t)` within a test
//   test('…', async () => {
//     await kernel.must(['ipvsadm', '-A', '-t', '192.0.2.10:80', '-s', 'rr']);
//     const { code, stdout, stderr } = await kernel.run(['ipvsadm', '-Sn']);
//   });
//
// Inside, the host's files are there and read-only; what both sides write lies in
// `kernel.dir` (the same path on both sides); /run and $TMPDIR are a tmpfs of the inside:
// put sockets there. Everything runs as root in one network namespace with lo up; make more:
//
//   await kernel.must(['sh', '-ec', 'ip netns add rs1; ip link add v0 type veth peer name eth0 netns rs1; …']);
//   const daemon = kernel.start(['node', 'dist/routevane.js', 'run', '-c', `${kernel.dir}/a.yaml`]);
//   await daemon.seen('stdout', /announce route/);    // or poll kernel.run with `until`
//   daemon.kill('SIGTERM');
//   const { code } = await daemon.ended;
//
// exabgp, bird, keepalived … are started the same way, within a namespace by
// ['ip', 'netns', 'exec', 'rs1', …]. The working directory is the project's. A test program
// in TypeScript: `await kernel.node('test/e2e/x-inside.ts', args)` bundles it on the host
// first, because tsx takes seconds in there. There is one CPU and memory is slow: truth, not speed.
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Owner } from '../owner.ts';
import { Agent } from './agent.ts';
import { boot } from './boot.ts';
import type { Ended, Running, StartOptions } from './command.ts';

export type { Ended, Running } from './command.ts';

/** Longer than any boot on a busy machine. */
const BOOT_TIMEOUT_MS = 60_000;
const HALT_TIMEOUT_MS = 60_000;
const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface IpvsKernel {
  readonly via: 'user-mode-linux' | 'namespace';
  /** From the start of the kernel until it took commands. */
  readonly bootMs: number;
  /** Seen by both sides under the same path; removed in the end. */
  readonly dir: string;
  /** Runs one command to its end; a code other than 0 is an answer, not an error. */
  run(command: readonly string[], options?: StartOptions): Promise<Ended>;
  /** The same, but rejects unless the code is 0; resolves with the stdout. */
  must(command: readonly string[], options?: StartOptions): Promise<string>;
  /** Starts a command that goes on running. */
  start(command: readonly string[], options?: StartOptions): Running;
  /** Bundles a TypeScript file of the project on the host; resolves with the argv that runs it inside. */
  node(entry: string, args?: readonly string[]): Promise<string[]>;
  /** Ends everything inside and the kernel; a second call does nothing. */
  halt(): Promise<void>;
}

/**
 * Boots; `scope` halts it in the end: a test context, or `{ after }` of
 * node:test (not within `before`, whose own end that would be).
 */
export async function ipvsKernel(scope: {
  after(halt: () => Promise<void>): void;
}): Promise<IpvsKernel> {
  const owner = new Owner();
  const dir = mkdtempSync(join(tmpdir(), 'routevane-uml-'));
  owner.own(() => rmSync(dir, { recursive: true, force: true }));
  const startMs = performance.now();
  const { via, child } = boot(root, dir);
  // Also what a dying test leaves: unshare passes its death on to all it started.
  owner.own(() => child.kill('SIGKILL'));
  const agent = new Agent(child, dir);
  let halted: Promise<void> | undefined;
  const halt = async (): Promise<void> => {
    halted ??= agent.close(HALT_TIMEOUT_MS).finally(() => owner.close());
    return halted;
  };
  scope.after(halt);
  await agent.ready(BOOT_TIMEOUT_MS);
  const bootMs = performance.now() - startMs;

  const run: IpvsKernel['run'] = async (command, options) =>
    agent.start(command, { input: '', ...options }).ended;
  const must: IpvsKernel['must'] = async (command, options) => {
    const { code, stdout, stderr } = await run(command, options);
    if (code === 0) return stdout;
    throw new Error(`${command.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  };
  return {
    via,
    bootMs,
    dir,
    run,
    must,
    start: (command, options) => agent.start(command, options),
    node: async (entry, args = []) => [process.execPath, await bundle(entry, dir), ...args],
    halt,
  };
}

/** One file that starts without resolving or transpiling anything; koffi stays where it is. */
async function bundle(entry: string, dir: string): Promise<string> {
  const outfile = join(dir, `${basename(entry, '.ts')}.mjs`);
  const packages = join(dir, 'node_modules');
  rmSync(packages, { force: true });
  symlinkSync(join(root, 'node_modules'), packages);
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.20',
    external: ['koffi', 'tsx', 'esbuild'],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    logLevel: 'warning',
  });
  return outfile;
}
