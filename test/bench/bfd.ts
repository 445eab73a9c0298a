// How long until a row of Open vSwitch is an observation.
// Needs openvswitch-switch: node --import tsx test/bench/bfd.ts [ROUNDS]
import { connect, createServer, type Server as NetServer } from 'node:net';
import { join } from 'node:path';
import { of } from 'rxjs';
import type { Observation } from '../../src/model/observation.ts';
import { OvsdbClient, type Json } from '../../src/ovsdb-client/index.ts';
import { bfd, type BfdConfig } from '../../src/sources/bfd/bfd.ts';
import { startServer, vswitchSchema, type Server } from '../ovsdb-client/server.ts';
import { FakeVswitchd } from '../sources/bfd/fake-vswitchd.ts';
import { OvsPair } from '../sources/bfd/ovs-lab.ts';

const rounds = Number(process.argv[2] ?? 500);
const manyInterfaces = 1000;
/** Interfaces that nobody asks for. */
const otherInterfaces = [0, 19_000];

const up = { state: 'up', forwarding: 'true', flap_count: '1', diagnostic: 'No Diagnostic' };
const down = { ...up, state: 'down', forwarding: 'false', flap_count: '2' };
type Status = Readonly<Record<string, string>>;

function tell(title: string, tookMs: readonly number[]): void {
  const sorted = tookMs.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(2);
  console.log(`${title.padEnd(58)} p50 ${at(0.5)}  p99 ${at(0.99)}  max ${at(1)} ms`);
}

/** Stands between the server and us, in this thread: it knows when bytes came. */
class Relay {
  /** When the last bytes of the server were read. */
  atMs = 0;
  /** When the first bytes after `mark()` were. */
  firstMs = 0;
  readonly #server: NetServer;

  constructor(target: string, path: string) {
    this.#server = createServer((near) => {
      const far = connect({ path: target });
      near.pipe(far);
      far.on('data', (chunk) => {
        this.atMs = performance.now();
        this.firstMs ||= this.atMs;
        near.write(chunk);
      });
      far.on('error', () => near.destroy());
      near.on('error', () => far.destroy());
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
    }).listen(path);
  }

  mark(): void {
    this.firstMs = 0;
  }

  close(): void {
    this.#server.close();
  }
}

/** Resolves when so many observations came. */
class Count {
  #left = 0;
  #done = (): void => {};

  readonly took = (): void => {
    this.#left -= 1;
    if (this.#left === 0) this.#done();
  };

  async next(count: number): Promise<number> {
    this.#left = count;
    await new Promise<void>((resolve) => (this.#done = resolve));
    return performance.now();
  }
}

const statusJson = (status: Status) => ['map', Object.entries(status)] as const;

function uuidOf(result: unknown): Json {
  const text = /[0-9a-f-]{36}/.exec(JSON.stringify(result))?.[0];
  if (text === undefined) throw new Error('the row was not inserted');
  return ['uuid', text];
}

/** Resolves with the interfaces' uuids: a search by name would be most of the work of each update. */
async function fill(client: OvsdbClient, names: readonly string[]): Promise<readonly Json[]> {
  const interfaces = names.map((name, at) => ({
    op: 'insert',
    table: 'Interface',
    row: { name, ofport: 1, link_state: 'up', bfd_status: statusJson(up) },
    'uuid-name': `i${at}`,
  }));
  const ports = names.map((name, at) => ({
    op: 'insert',
    table: 'Port',
    row: { name, interfaces: ['named-uuid', `i${at}`] },
    'uuid-name': `p${at}`,
  }));
  const bridge = {
    op: 'insert',
    table: 'Bridge',
    row: { name: 'br0', ports: ['set', names.map((_, at) => ['named-uuid', `p${at}`])] },
    'uuid-name': 'bridge',
  };
  const root = { op: 'insert', table: 'Open_vSwitch', row: { bridges: ['named-uuid', 'bridge'] } };
  const all = [...interfaces, ...ports, bridge, root];
  const results = await client.transact('Open_vSwitch', all);
  return results.slice(0, names.length).map(uuidOf);
}

async function set(client: OvsdbClient, rows: readonly Json[], status: Status): Promise<void> {
  const row = { bfd_status: statusJson(status) };
  const update = { op: 'update', table: 'Interface', row };
  const operations = rows.map((uuid) => ({ ...update, where: [['_uuid', '==', uuid]] }));
  await client.transact('Open_vSwitch', operations);
}

const configOf = (remote: string, pidfile: string, names: readonly string[]): BfdConfig => ({
  source: { remote, vswitchdPidfile: pidfile, tls: null },
  interfaces: names.map((name) => ({ signal: name, interface: name })),
});

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

async function benchDatabase(server: Server, otherCount: number): Promise<void> {
  const names = Array.from({ length: manyInterfaces }, (_, at) => `p${at}`);
  const others = Array.from({ length: otherCount }, (_, at) => `other${at}`);
  const client = new OvsdbClient({ remote: server.remote, requestTimeoutMs: 300_000 });
  client.start();
  await client.connected();
  const rows = (await fill(client, [...names, ...others])).slice(0, manyInterfaces);
  const vswitchd = new FakeVswitchd(server.dir);
  await vswitchd.start(1);
  const path = join(server.dir, 'relay.sock');
  const relay = new Relay(server.socket, path);
  const config = configOf(`unix:${path}`, vswitchd.pidfile, names);

  const count = new Count();
  const startsMs: number[] = [];
  const withoutMb = heapMb();
  let subscription = bfd(of(config), { notify: console.error }).subscribe(count.took);
  await count.next(manyInterfaces);
  const heldMb = heapMb() - withoutMb;
  for (let round = 0; round < 10; round += 1) {
    const beganMs = performance.now();
    subscription.unsubscribe();
    const done = count.next(manyInterfaces);
    subscription = bfd(of(config), { notify: console.error }).subscribe(count.took);
    startsMs.push((await done) - beganMs);
  }
  tell(`start → ${manyInterfaces} of ${manyInterfaces + otherCount} interfaces observed`, startsMs);
  if (globalThis.gc !== undefined) console.log(`heap held for that: ${heldMb.toFixed(1)} MB`);

  const oneMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const seen = count.next(1);
    await Promise.all([seen, set(client, rows.slice(0, 1), round % 2 === 0 ? down : up)]);
    oneMs.push((await seen) - relay.atMs);
  }
  tell('one update received → observation', oneMs);

  const allMs: number[] = [];
  const firstMs: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    relay.mark();
    const seen = count.next(manyInterfaces);
    await Promise.all([seen, set(client, rows, round % 2 === 0 ? down : up)]);
    allMs.push((await seen) - relay.atMs);
    firstMs.push((await seen) - relay.firstMs);
  }
  tell(`${manyInterfaces} rows changed: last byte received → all observed`, allMs);
  tell(`${manyInterfaces} rows changed: first byte received → all observed`, firstMs);
  subscription.unsubscribe();
  relay.close();
  await vswitchd.kill();
  client.close();
}

function nothing(): void {}

async function benchDaemon(pair: OvsPair): Promise<void> {
  const { a } = pair;
  const seen: Observation[] = [];
  let look = nothing;
  const config = configOf(a.remote, a.pidfile, [a.device]);
  const subscription = bfd(of(config), { notify: () => {} }).subscribe((observation) => {
    seen.push(observation);
    look();
  });
  const until = async (wanted: RegExp): Promise<Observation> =>
    new Promise((resolve) => {
      look = () => {
        const last = seen.at(-1);
        if (last !== undefined && wanted.test(`${last.state} ${last.reason}`)) resolve(last);
      };
      look();
    });
  for (const [signal, reason] of [
    ['SIGKILL', /^lost vswitchd is gone/],
    ['SIGSTOP', /^lost vswitchd is not answering/],
  ] as const) {
    const tookMs: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      await until(/^up/);
      const beganMs = performance.now();
      await a.signalVswitchd(signal);
      tookMs.push((await until(reason)).atMs - beganMs);
      if (signal === 'SIGSTOP') await a.signalVswitchd('SIGCONT');
      else await a.startVswitchd();
    }
    tell(`vswitchd: ${signal} → observation`, tookMs);
  }
  subscription.unsubscribe();
}

for (const otherCount of otherInterfaces) {
  const server = await startServer({ schema: vswitchSchema });
  try {
    await benchDatabase(server, otherCount);
  } finally {
    await server.remove();
  }
}
const pair = await OvsPair.start();
try {
  await benchDaemon(pair);
} finally {
  await pair.close();
}
