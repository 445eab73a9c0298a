// How long until a link that falls is an observation, beside what the bare calls take.
// Needs root (a network namespace of its own): node --import tsx test/bench/link.ts [ROUNDS]
import { mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { NEVER, of } from 'rxjs';
import { link, type LinkWorld } from '../../src/sources/link/link.ts';
import { netlinkLinks } from '../../src/platform/netlink.ts';
import { ip, isInside, startInside } from '../sources/link/lab.ts';

const rounds = Number(process.env['ROUNDS'] ?? process.argv[2] ?? 500);

/** Pulls in a thread of its own, as the world does: it posts the time before the call. */
const pullerSource = `
const { parentPort } = require('node:worker_threads');
const { renameSync, writeFileSync } = require('node:fs');
parentPort.on('message', ({ path, text, rename }) => {
  if (rename) writeFileSync(path + '.new', text);
  const atNs = process.hrtime.bigint();
  if (rename) renameSync(path + '.new', path);
  else writeFileSync(path, text);
  parentPort.postMessage(atNs);
});`;

/** The least there is: a blocking read of the same socket, and the time after it. */
const bareNetlinkSource = `
const { parentPort, workerData } = require('node:worker_threads');
const { readSync } = require('node:fs');
const koffi = require(workerData.koffi);
const libc = koffi.load(null);
const fd = libc.func('int socket(int, int, int)')(16, 3, 0);
libc.func('int bind(int, const void *, uint32_t)')(fd, Buffer.from([16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]), 12);
parentPort.postMessage(null);
const buffer = Buffer.alloc(65536);
for (;;) {
  readSync(fd, buffer);
  const atNs = process.hrtime.bigint();
  const up = (buffer.readUInt32LE(24) & 0x10000) !== 0;
  if (buffer.readInt32LE(20) === workerData.index) parentPort.postMessage({ atNs, up });
}`;

/** Resolves with the time at which the link was next seen so. */
type Seen = (state: 'up' | 'down') => Promise<bigint>;
/** Makes it so; resolves with the time before. */
type Make = (state: 'up' | 'down') => Promise<bigint>;

async function measure(title: string, make: Make, seen: Seen): Promise<void> {
  const tookMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const down = seen('down');
    const beganNs = await make('down');
    tookMs.push(Number((await down) - beganNs) / 1e6);
    const up = seen('up');
    await make('up');
    await up;
  }
  tookMs.sort((a, b) => a - b);
  const at = (share: number): string =>
    (tookMs[Math.min(rounds - 1, Math.floor(rounds * share))] ?? NaN).toFixed(3);
  console.log(`${title.padEnd(52)} p50 ${at(0.5)} ms  p99 ${at(0.99)} ms  max ${at(1)} ms`);
}

/** Hands each state to whoever waits for it. */
class Waiter {
  #wanted: 'up' | 'down' | null = null;
  #resolve: (atNs: bigint) => void = () => {};

  readonly seen: Seen = async (state) => {
    this.#wanted = state;
    return new Promise((resolve) => (this.#resolve = resolve));
  };

  tell(state: string, atNs = process.hrtime.bigint()): void {
    if (state !== this.#wanted) return;
    this.#wanted = null;
    this.#resolve(atNs);
  }
}

class Puller {
  readonly #worker = new Worker(pullerSource, { eval: true, execArgv: [] });

  async pull(path: string, text: string, rename: boolean): Promise<bigint> {
    this.#worker.postMessage({ path, text, rename }, []);
    return new Promise((resolve) => this.#worker.once('message', resolve));
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Until the source itself sees the link up. */
async function observing(
  dir: string | null,
  world: LinkWorld | undefined,
  work: (seen: Seen) => Promise<void>,
): Promise<void> {
  const waiter = new Waiter();
  const config = { dir, interfaces: [{ signal: 'uplink', interface: 'va0' }] };
  const up = waiter.seen('up');
  const subscription = link(of(config), { notify: console.error }, world).subscribe(({ state }) =>
    waiter.tell(state),
  );
  await up;
  // koffi and the worker need some 50 ms until they listen.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await work(waiter.seen);
  subscription.unsubscribe();
}

async function benchFile(puller: Puller): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'routevane-bench-'));
  const path = join(dir, 'va0');
  const make: Make = async (state) => puller.pull(path, `${state}\n`, true);
  await make('up');

  const waiter = new Waiter();
  const watcher = watch(dir, (_, name) => {
    if (name === 'va0') waiter.tell(readFileSync(path, 'latin1').trim());
  });
  await measure('state file renamed → bare fs.watch and read', make, waiter.seen);
  watcher.close();

  const world = { sysfsDir: '/sys/class/net', netlink: () => NEVER };
  await observing(dir, world, async (seen) => {
    await measure('state file renamed → observation', make, seen);
  });
  rmSync(dir, { recursive: true });
}

async function benchCarrier(puller: Puller): Promise<void> {
  const flags = '/sys/class/net/va0-far/flags';
  const make: Make = async (state) =>
    puller.pull(flags, state === 'up' ? '0x1003' : '0x1002', false);

  const waiter = new Waiter();
  const koffi = createRequire(import.meta.url).resolve('koffi');
  const index = Number(readFileSync('/sys/class/net/va0/ifindex', 'latin1'));
  const workerData = { koffi, index };
  const bare = new Worker(bareNetlinkSource, { eval: true, execArgv: [], workerData });
  await new Promise((resolve) => bare.once('message', resolve));
  bare.on('message', ({ atNs, up }: { atNs: bigint; up: boolean }) =>
    waiter.tell(up ? 'up' : 'down', atNs),
  );
  await measure('carrier lost → bare blocking read of netlink', make, waiter.seen);
  // It reads once more before it can end.
  const ended = bare.terminate();
  ip('link set lo mtu 1500');
  await ended;

  await observing(null, { sysfsDir: '/sys/class/net', netlink: netlinkLinks }, async (seen) => {
    await measure('carrier lost → observation', make, seen);
  });
}

if (isInside()) {
  ip('link add va0 type veth peer name va0-far', 'link set va0 up', 'link set va0-far up');
  const puller = new Puller();
  await benchFile(puller);
  await benchCarrier(puller);
  await puller.close();
} else {
  process.env['ROUNDS'] = String(rounds);
  const child = startInside(import.meta.url);
  child.stdout.pipe(process.stdout);
  child.stderr.pipe(process.stderr);
}
