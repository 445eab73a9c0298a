import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MEMORY = '1024M';

/** A kernel that boots; its stdin and stdout are those of agent-child.mjs, its stderr says what went wrong. */
export interface Booting {
  readonly via: 'user-mode-linux' | 'namespace';
  readonly child: ChildProcess;
}

/** `root`: where commands run. `dir`: the folder that both sides may write. */
export function boot(root: string, dir: string): Booting {
  if (process.getuid?.() !== 0) throw new Error('a kernel with IPVS takes root: run this as root');
  if (hostHasIpvs()) return { via: 'namespace', child: enterNamespaces(root, dir) };
  return { via: 'user-mode-linux', child: bootUserModeLinux(root, dir) };
}

/** IPVS shows itself in each network namespace where the module is loaded. */
function hostHasIpvs(): boolean {
  try {
    return readdirSync('/proc/net').includes('ip_vs');
  } catch {
    return false;
  }
}

function bootUserModeLinux(root: string, dir: string): ChildProcess {
  const shim = join(dir, 'ptrace-shim.so');
  execFileSync('gcc', ['-O2', '-shared', '-fPIC', '-o', shim, beside('ptrace-shim.c')]);
  const options =
    'rootfstype=hostfs rootflags=/ ro con=null con0=null,fd:2 ssl=null ssl0=fd:0,fd:1 quiet loglevel=1';
  const kernel = [
    'linux.uml',
    ...options.split(' '),
    `mem=${MEMORY}`,
    `uml_dir=${dir}/`,
    `init=${beside('init.sh')}`,
    ...names(root, dir).map(([name, value]) => `${name}=${value}`),
  ];
  // A PID namespace holds the processes that the kernel makes on the host: they end with it.
  return spawnInside(['--pid', '--fork', '--kill-child'], kernel, {
    ...process.env,
    LD_PRELOAD: shim,
  });
}

function enterNamespaces(root: string, dir: string): ChildProcess {
  const flags = ['--net', '--mount', '--pid', '--fork', '--kill-child'];
  const env = { ...process.env, ...Object.fromEntries(names(root, dir)) };
  return spawnInside(flags, [beside('namespace.sh'), dir], env);
}

function names(root: string, dir: string): [string, string][] {
  return [
    ['LAB_ROOT', root],
    ['LAB_DIR', dir],
    ['LAB_NODE', process.execPath],
    ['LAB_AGENT', beside('agent-child.mjs')],
  ];
}

function spawnInside(
  flags: readonly string[],
  command: readonly string[],
  env: NodeJS.ProcessEnv,
): ChildProcess {
  return spawn('unshare', [...flags, '--', ...command], {
    env: { ...env, PATH: `${env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

function beside(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
