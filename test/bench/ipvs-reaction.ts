// How long from the death of a real server until its weight is 0 in the kernel's table, and
// what that takes of the CPU: routevane beside keepalived in one kernel, each with a virtual
// service of its own over the same real servers, so that one kill is one for all.
// Needs root: [KILLS=24] [ROUNDS=5] [SETTLE_S=45] bash test/bench/run ipvs-reaction
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ipvsLab } from '../e2e/ipvs-lab.ts';
import { routevaneCommand } from '../e2e/routevane.ts';
import { tcp } from '../e2e/servers.ts';
import type { Running } from '../e2e/uml/kernel.ts';
import type { Setup } from './ipvs-reaction-child.ts';

const kills = Number(process.env['KILLS'] ?? 24);
const rounds = Number(process.env['ROUNDS'] ?? 5);
const settleS = Number(process.env['SETTLE_S'] ?? 45);
const WINDOW_S = 10;
const TICK_MS = 10;
const servers = Array.from({ length: 50 }, (_, at) => `10.10.0.${at + 1}`);
const [victim = '', ...others] = servers;

const routevane = (virtual: string, interval: string): string => `
node: lb-a
services:
  web:
    virtual: ${virtual}:80/tcp
    check: { type: tcp, mode: hold, interval: ${interval}, fall: 2 }
    real_servers: ${JSON.stringify(servers.map((address) => ({ address: `${address}:80`, weight: 100 })))}
outputs: { ipvs: { via: netlink } }
`;

/** `retry`: further attempts after a failure, a second apart; keepalived's default is one. */
function keepalived(virtual: string, retry: number): string {
  const server = (address: string): string => `
  real_server ${address} 80 {
    weight 100
    inhibit_on_failure
    TCP_CHECK {
      connect_timeout 1
      retry ${retry}
    }
  }`;
  return `virtual_server ${virtual} 80 {
  delay_loop 1
  lvs_sched wrr
  lvs_method NAT
  protocol TCP${servers.map(server).join('')}
}
`;
}

const lab = await ipvsLab({ after: () => {} });
const { dir } = lab.kernel;
const file = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};
const program = join(dir, 'server');
const source = fileURLToPath(new URL('ipvs-reaction-server.c', import.meta.url));
execFileSync('gcc', ['-O2', '-o', program, source]);
await lab.serve(others.map((address) => tcp(`${address}:80`)));
const inTable = (virtual: string): string => {
  const destinations = servers.map((address) => `-a -t ${virtual}:80 -r ${address}:80 -m -w 100`);
  return [`-A -t ${virtual}:80 -s wrr`, ...destinations].join('\n');
};
await lab.table(inTable('192.0.2.10'), inTable('192.0.2.11'));
/** Beside a table that is there. */
const beside = (name: string, virtual: string, interval: string): string[] =>
  routevaneCommand('run', '-c', file(`${name}.yaml`, routevane(virtual, interval)));
/** Checkers alone, no VRRP, in the foreground. */
const checkers = (name: string, virtual: string, retry: number): string[] => {
  const options = ['-C', '-n', '-l', '-p', `/run/${name}.pid`, '-c', `/run/${name}-checkers.pid`];
  return ['keepalived', ...options, '-f', file(`${name}.conf`, keepalived(virtual, retry))];
};
const setup: Setup = {
  victim,
  server: ['ip', 'netns', 'exec', 'servers', program, victim, '80'],
  kills,
  daemons: [
    {
      name: 'routevane, mode: hold, interval: 1s',
      argv: beside('routevane', '192.0.2.10', '1s'),
      virtual: '192.0.2.10',
      isQuick: true,
    },
    {
      name: 'routevane, mode: hold, interval: 5s',
      argv: beside('calm', '192.0.2.11', '5s'),
      virtual: '192.0.2.11',
      isQuick: true,
    },
    {
      name: 'keepalived, delay_loop 1 (retry 1)',
      argv: checkers('keepalived', '192.0.2.20', 1),
      virtual: '192.0.2.20',
      isQuick: false,
    },
    {
      name: 'keepalived, delay_loop 1, retry 0',
      argv: checkers('hasty', '192.0.2.30', 0),
      virtual: '192.0.2.30',
      isQuick: false,
    },
  ],
};
const kernel = `kernel: ${lab.kernel.via}`;
console.log(`${kernel}; ${servers.length} real servers`);
await cpu();
const inside = lab.kernel.start(
  await lab.kernel.node('test/bench/ipvs-reaction-child.ts', [
    file('setup.json', JSON.stringify(setup)),
  ]),
);
const { code, stdout, stderr } = await inside.ended;
process.stdout.write(stdout + stderr);
await lab.kernel.halt();
process.exitCode = code ?? 1;

/**
 * What each daemon costs while the others are stopped: the CPU that this machine gave to the
 * whole kernel under test, less what that takes without a daemon. By windows in turn, so that
 * what else this machine does falls on all. Not by what that kernel counts: it counts by ticks
 * of 10 ms, and charges who is woken by a tick all of it or nothing.
 */
async function cpu(): Promise<void> {
  const server = await startServer();
  // What a failure costs more does not show in keepalived's CPU: one of them is enough.
  const daemons = setup.daemons.slice(0, 3);
  const running = daemons.map(({ argv }) => lab.kernel.start(argv));
  await sleep(1000 * settleS);
  server.kill('SIGKILL');
  for (const each of running) each.kill('SIGSTOP');
  const windows = [null, ...running];
  const perSecondMs: number[][] = windows.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, daemon] of windows.entries()) {
      perSecondMs[at]?.push(await cpuInWindow(daemon));
    }
  }
  for (const each of running) {
    each.kill('SIGCONT');
    each.kill('SIGTERM');
    await each.ended;
  }
  const [none = NaN, ...own] = perSecondMs.map(median);
  console.log(
    `CPU by ${rounds} windows of ${WINDOW_S} s with a kill in each, after ${settleS} s to settle; without a daemon p50 ${none.toFixed(1)} ms a second`,
  );
  for (const [at, { name }] of daemons.entries()) {
    const more = ((own[at] ?? NaN) - none).toFixed(1);
    console.log(`  ${name.padEnd(38)} p50 ${more} ms a second more`);
  }
}

/** The server dies half way; milliseconds of CPU a second. */
async function cpuInWindow(daemon: Running | null): Promise<number> {
  const server = await startServer();
  daemon?.kill('SIGCONT');
  // What waited meanwhile is not counted.
  await sleep(1000);
  const beforeMs = treeMs();
  const startMs = performance.now();
  await sleep(500 * WINDOW_S);
  server.kill('SIGKILL');
  await sleep(500 * WINDOW_S);
  const perSecondMs = (1000 * (treeMs() - beforeMs)) / (performance.now() - startMs);
  daemon?.kill('SIGSTOP');
  return perSecondMs;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

async function startServer(): Promise<Running> {
  const server = lab.kernel.start(setup.server);
  await server.seen('stdout', /listening/u);
  return server;
}

/** User and system time of all that this process started. */
function treeMs(): number {
  const children = new Map<number, string[][]>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/u.test(name))) {
    const stat = statOf(pid);
    const parent = Number(stat[1]);
    children.set(parent, [...(children.get(parent) ?? []), [pid, ...stat]]);
  }
  const ticksOf = (parent: number): number =>
    (children.get(parent) ?? []).reduce((sum, [pid, ...stat]) => {
      // Its own, and that of children which ended.
      const own = stat.slice(11, 15).reduce((all, word) => all + Number(word), 0);
      return sum + own + ticksOf(Number(pid));
    }, 0);
  return TICK_MS * ticksOf(process.pid);
}

/** From the state on: what precedes may hold spaces. */
function statOf(pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    // It ended just now.
    return [];
  }
}
