/**
 * What people cost the daemon: the stream at 5,000 events a second to 10 clients,
 * with and without one that does not read, and the status of 5,000 real servers.
 * The clients are in a process of their own. Prints, asserts nothing.
 *
 *   node --import tsx test/bench/admin.ts
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import type { Turn } from '../../src/model/turn.ts';
import { Rig } from '../admin/rig.ts';
import { manyServers } from '../admin/view.ts';

const servers = 5_000;
const clients = 10;
const eventsPerS = 5_000;
const burstMs = 10;
const measureMs = 10_000;
const statusRounds = 20;

if (process.argv[2] === 'clients') await readers(process.argv[3] ?? '');
else await measure();

async function measure(): Promise<void> {
  const view = manyServers(servers);
  const rig = await new Rig({ view: () => view }).ready();
  await idle('no client, no event');
  await statuses(rig);
  const child = fork(fileURLToPath(import.meta.url), ['clients', rig.socket], {
    execArgv: ['--import', 'tsx'],
  });
  await once(child, 'message');
  await stream(rig, `${clients} clients`);
  const stuck = connect(rig.socket);
  stuck.on('error', () => {});
  stuck.write(
    'GET /api/v1/stream HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
      'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await once(stuck, 'data');
  stuck.pause();
  await stream(rig, `${clients} clients and one that does not read`);
  child.send('end');
  const [counts] = await once(child, 'message');
  console.log(`events received by each client: ${String(counts)}`);
  await once(child, 'exit');
  stuck.destroy();
  rig.close();
  process.exit(0);
}

async function idle(what: string): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await sleep(2_000);
  print(what, delay);
}

/** Events come in bursts, as turns do. */
async function stream(rig: Rig, what: string): Promise<void> {
  await sleep(1_000);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  let sent = 0;
  delay.enable();
  while (performance.now() - startMs < measureMs) {
    const due = ((performance.now() - startMs) / 1000) * eventsPerS;
    for (; sent < due; sent += 2) rig.admin.turn(turn(sent));
    await sleep(burstMs);
  }
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - startMs) / 1000;
  print(`${Math.round(sent / seconds)} events/s to ${what}`, delay);
  console.log(
    `  CPU ${((user + system) / 1e4 / seconds).toFixed(0)} % of one core, ${sent} events`,
  );
}

async function statuses(rig: Rig): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const times: number[] = [];
  let bytes = 0;
  delay.enable();
  for (let round = 0; round < statusRounds; round += 1) {
    const startMs = performance.now();
    bytes = (await rig.ask('/api/v1/status')).text.length;
    times.push(performance.now() - startMs);
  }
  print(`status of ${servers} servers, ${Math.round(bytes / 1024)} kB`, delay);
  const middle = times.toSorted((one, other) => one - other)[statusRounds >> 1] ?? 0;
  console.log(`  median ${middle.toFixed(1)} ms a request, reader in the same process`);
}

function ms(valueNs: number): string {
  return (valueNs / 1e6).toFixed(1);
}

function print(what: string, delay: ReturnType<typeof monitorEventLoopDelay>): void {
  delay.disable();
  console.log(
    `${what}: loop delay p50 ${ms(delay.percentile(50))}, p99 ${ms(delay.percentile(99))}, max ${ms(delay.max)} ms`,
  );
}

/** The child: reads everything, counts events. */
async function readers(socket: string): Promise<void> {
  const counts = Array.from({ length: clients }, () => 0);
  await Promise.all(
    counts.map(async (_, index) => {
      const client = new WebSocket(`ws+unix:${socket}:/api/v1/stream`, { maxPayload: 1 << 28 });
      client.on('message', () => (counts[index] = (counts[index] ?? 0) + 1));
      await once(client, 'message');
    }),
  );
  process.send?.('ready');
  await once(process, 'message');
  process.send?.(counts.join(' '), () => process.exit(0));
}

function turn(count: number): Turn {
  const server = `web/10.0.${count & 255}.1:443`;
  const observation = { signal: server, state: 'down', reason: 'refused', atMs: count } as const;
  const cause = { kind: 'observation', observation } as const;
  const key = '192.0.2.10/32';
  return {
    atMs: count,
    changes: [{ name: server, from: 'up', to: 'down', reason: 'refused', atMs: count, cause }],
    decisions: [
      {
        route: { key, prefix: key, pathId: null, neighbor: null },
        from: 'announced',
        to: 'withdrawn',
        attributes: null,
        because: 'web is down (0 of 2 servers up)',
        atMs: count,
        cause,
      },
    ],
    weightDecisions: [],
    notices: [],
    intents: {
      routes: new Map(),
      changed: [],
      weights: new Map(),
      changedWeights: [],
      watched: new Set(),
      shares: { percentOf: () => null },
    },
  };
}
