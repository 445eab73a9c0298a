/**
 * The OVSDB client on 1,000 rows of Open vSwitch's Interface table, from a real
 * ovsdb-server: the initial monitor, and all rows changed in one transaction.
 * Beside each stands a bare JSON.parse of the same bytes in the same run, which
 * no client can beat. Run with `node --expose-gc --import tsx test/bench/ovsdb.ts`.
 */
import { EventEmitter, once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import {
  map,
  mapJson,
  OvsdbClient,
  optional,
  scalar,
  type Json,
} from '../../src/ovsdb-client/index.ts';
import { startServer, vswitchSchema, type Server } from '../ovsdb-client/server.ts';

const rowCount = 1000;
const rounds = 15;
const columns = {
  name: scalar('string'),
  bfd_status: map('string', 'string'),
  link_state: optional('string'),
  ofport: optional('integer'),
  error: optional('string'),
  admin_state: optional('string'),
} as const;
const spec = { database: 'Open_vSwitch', table: 'Interface', columns } as const;

/** As ovs-vswitchd writes it for a session that is up. */
function status(state: 'up' | 'down', flaps: number): Json {
  return mapJson([
    ['diagnostic', 'No Diagnostic'],
    ['flap_count', String(flaps)],
    ['forwarding', String(state === 'up')],
    ['remote_diagnostic', 'No Diagnostic'],
    ['remote_state', state],
    ['state', state],
  ]);
}

/** 1,000 interfaces on ports of one bridge. */
function filling(): Json[] {
  const operations: Json[] = [];
  const ports: Json[] = [];
  for (let index = 0; index < rowCount; index += 1) {
    const name = `veth${index}`;
    const own = {
      bfd_status: status('up', 1),
      link_state: 'up',
      admin_state: 'up',
      ofport: index + 1,
    };
    const row = { name, type: 'system', ...own };
    operations.push({ op: 'insert', table: 'Interface', 'uuid-name': `i${index}`, row });
    const port = { name, interfaces: ['named-uuid', `i${index}`] };
    operations.push({ op: 'insert', table: 'Port', 'uuid-name': `p${index}`, row: port });
    ports.push(['named-uuid', `p${index}`]);
  }
  const bridge = { name: 'br0', ports: ['set', ports] };
  operations.push({ op: 'insert', table: 'Bridge', 'uuid-name': 'b', row: bridge });
  const root = { bridges: ['named-uuid', 'b'] };
  operations.push({ op: 'insert', table: 'Open_vSwitch', row: root });
  return operations;
}

function summary(samples: readonly number[]): string {
  const ascending = samples.toSorted((left, right) => left - right);
  const at = (share: number): string =>
    (ascending[Math.floor(share * (ascending.length - 1))] ?? Number.NaN).toFixed(1);
  return `median ${at(0.5)} ms, worst ${at(1)} ms`;
}

function heapMb(): number {
  // Twice: the first leaves what finalizers still hold.
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

/** Milliseconds from the request to all rows, through the whole client. */
async function initialMonitor(client: OvsdbClient): Promise<number> {
  const startMs = performance.now();
  return new Promise((resolve) => {
    const monitor = client.monitor(spec, {
      sync: (rows) => {
        if (rows.size !== rowCount) throw new Error(`${rows.size} rows`);
        resolve(performance.now() - startMs);
        monitor.cancel();
      },
      changes: () => {},
      stale: () => {},
    });
  });
}

/** The same request over a bare socket: bytes until the last brace, then one JSON.parse. */
async function bareMonitor(
  server: Server,
): Promise<{ ms: number; parseMs: number; bytes: number }> {
  const socket = createConnection(server.socket);
  const request = { columns: Object.keys(columns) };
  const params = [spec.database, 'bare', { [spec.table]: [request] }];
  const startMs = performance.now();
  socket.write(JSON.stringify({ method: 'monitor_cond', params, id: 1 }));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) {
    chunks.push(chunk);
    if (chunk.subarray(-14).toString() === ',"error":null}') break;
  }
  const whole = Buffer.concat(chunks);
  const parseStartMs = performance.now();
  JSON.parse(whole.toString());
  const endMs = performance.now();
  return { ms: endMs - startMs, parseMs: endMs - parseStartMs, bytes: whole.length };
}

/** Stands between the client and the server, in this process, and keeps what the server sends. */
class Tap {
  firstMs = 0;
  readonly chunks: Buffer[] = [];
  readonly #server = createServer((near) => {
    const far = createConnection(this.#to);
    for (const socket of [near, far]) socket.on('error', () => {});
    far.on('data', (chunk: Buffer) => {
      if (this.chunks.length === 0) this.firstMs = performance.now();
      this.chunks.push(chunk);
      near.write(chunk);
    });
    near.pipe(far);
    far.on('close', () => near.destroy());
  });
  readonly #to: string;

  constructor(to: string) {
    this.#to = to;
  }

  async listen(path: string): Promise<void> {
    this.#server.listen(path);
    await once(this.#server, 'listening');
  }

  close(): void {
    this.#server.close();
  }
}

function parseMs(bytes: Buffer): number {
  const startMs = performance.now();
  JSON.parse(bytes.toString());
  return performance.now() - startMs;
}

/** All rows change in one transaction, `rounds` times. */
async function flips(server: Server, writer: OvsdbClient): Promise<void> {
  const tap = new Tap(server.socket);
  const path = `${server.dir}/tap.sock`;
  await tap.listen(path);
  const client = new OvsdbClient({ remote: `unix:${path}` });
  const events = new EventEmitter();
  const synced = once(events, 'sync');
  let left = rowCount;
  client.monitor(spec, {
    sync: () => events.emit('sync'),
    changes: (changes) => {
      left -= changes.length;
      if (left === 0) events.emit('reported', performance.now());
    },
    stale: () => {},
  });
  client.start();
  await synced;
  const totals: number[] = [];
  const reactions: number[] = [];
  const parses: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round += 1) {
    const row = { bfd_status: status(round % 2 === 0 ? 'down' : 'up', round + 2) };
    left = rowCount;
    tap.chunks.length = 0;
    const startMs = performance.now();
    const reported = once(events, 'reported');
    await writer.transact('Open_vSwitch', [{ op: 'update', table: 'Interface', where: [], row }]);
    const reportedMs = Number((await reported)[0]);
    const whole = Buffer.concat(tap.chunks);
    bytes = whole.length;
    totals.push(reportedMs - startMs);
    reactions.push(reportedMs - tap.firstMs);
    parses.push(parseMs(whole));
  }
  console.log(`${rowCount} rows changed in one transaction, one notification of ${bytes} bytes`);
  console.log(`  transaction sent → all changes reported:  ${summary(totals)}`);
  console.log(`  first byte here → all changes reported:   ${summary(reactions)} (goal: 100 ms)`);
  console.log(`  bare JSON.parse of these bytes:       ${summary(parses)}`);
  client.close();
  tap.close();
}

async function initials(server: Server, client: OvsdbClient): Promise<void> {
  const ours: number[] = [];
  const bare: number[] = [];
  const parses: number[] = [];
  let bytes = 0;
  // Alternating, so that both see the same load of the machine.
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await initialMonitor(client));
    const one = await bareMonitor(server);
    bare.push(one.ms);
    parses.push(one.parseMs);
    ({ bytes } = one);
  }
  console.log(
    `initial monitor of ${rowCount} rows, ${Object.keys(columns).length} columns, ${bytes} bytes`,
  );
  console.log(`  request → rows, with the schema:      ${summary(ours)} (goal: 60 ms)`);
  console.log(`  bare socket, request → parsed JSON:   ${summary(bare)}`);
  console.log(`  bare JSON.parse of these bytes:       ${summary(parses)}`);
}

async function heap(client: OvsdbClient): Promise<void> {
  const beforeMb = heapMb();
  let atSyncMb = 0;
  const monitor = await new Promise<{ cancel: () => void }>((resolve) => {
    const made = client.monitor(spec, {
      sync: () => {
        atSyncMb = process.memoryUsage().heapUsed / 1e6;
        setImmediate(() => resolve(made));
      },
      changes: () => {},
      stale: () => {},
    });
  });
  const keptMb = heapMb() - beforeMb;
  console.log(
    `heap: ${keptMb.toFixed(1)} MB kept (goal: 6 MB), ${(atSyncMb - beforeMb).toFixed(1)} MB with garbage at sync`,
  );
  monitor.cancel();
}

const server = await startServer({ schema: vswitchSchema });
const client = new OvsdbClient({ remote: server.remote });
client.start();
await client.connected();
await client.transact('Open_vSwitch', filling());
console.log(`node ${process.version}, ${rounds} rounds each`);
await initials(server, client);
await heap(client);
await flips(server, client);
client.close();
await server.remove();
