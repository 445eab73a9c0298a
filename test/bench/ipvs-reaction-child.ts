// The inside of ipvs-reaction.ts: starts the daemons, kills the server, watches the table.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openGenericNetlink } from '../../src/platform/genetlink.ts';
import { parseDestination } from '../../src/protocol/ipvs/replies.ts';
import { destinationsRequest } from '../../src/protocol/ipvs/requests.ts';
import { NetlinkClient } from '../../src/sinks/ipvs/netlink-client.ts';

interface Daemon {
  readonly name: string;
  readonly argv: readonly string[];
  readonly virtual: string;
  /** Answers within milliseconds: no two of these run at one kill, for the CPU is one. */
  readonly isQuick: boolean;
}

export interface Setup {
  readonly victim: string;
  /** The command line of the server that is killed. */
  readonly server: readonly string[];
  readonly kills: number;
  readonly daemons: readonly Daemon[];
}

/** So long after the kill no look at the slow daemons disturbs the quick one. */
const ALONE_MS = 300;
const REACTION_MAX_MS = 20_000;
/** After the weights are back, at least this long until the next kill, and up to a second more. */
const REST_MS = 2_500;
/** After the start: all are warm and at their pace. */
const SETTLE_MS = 15_000;

const [, , file = ''] = process.argv;
const setup: Setup = JSON.parse(readFileSync(file, 'utf8'));
const exchange = new NetlinkClient(openGenericNetlink);

/** The weight of the server that is killed; `null` where it is not in the table. */
function weightIn(virtual: string): number | null {
  const encoded = destinationsRequest(exchange.family, {
    kind: 'address',
    protocol: 'tcp',
    address: virtual,
    port: 80,
  });
  if (!encoded.ok) throw new Error(encoded.reason);
  let weight: number | null = null;
  exchange.ask(encoded.request, (attributes) => {
    const destination = parseDestination(attributes, 4);
    if (destination?.address === setup.victim) weight = destination.weight;
  });
  return weight;
}

async function untilWeights(isWanted: (weight: number | null) => boolean): Promise<void> {
  while (!setup.daemons.every(({ virtual }) => isWanted(weightIn(virtual)))) await sleep(50);
}

async function startServer(): Promise<ChildProcess> {
  const [command = '', ...args] = setup.server;
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

/** Kills it; resolves with the time that each of these daemons took, by its place. */
async function kill(victim: ChildProcess, places: readonly number[]): Promise<Map<number, number>> {
  const tookMs = new Map<number, number>();
  const beganMs = performance.now();
  victim.kill('SIGKILL');
  while (tookMs.size < places.length) {
    for (const place of places) {
      const { virtual = '', isQuick = false } = setup.daemons[place] ?? {};
      const isEarly = tookMs.size === 0 && performance.now() - beganMs < ALONE_MS;
      if (tookMs.has(place) || (isEarly && !isQuick)) continue;
      // Read after the look: the reaction reported is never shorter than it was.
      if (weightIn(virtual) === 0) tookMs.set(place, performance.now() - beganMs);
    }
    if (performance.now() - beganMs > REACTION_MAX_MS) throw new Error('no reaction');
    await sleep(1);
  }
  return tookMs;
}

function tell(name: string, tookMs: readonly number[]): number {
  const sorted = tookMs.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  const text = [0, 0.5, 0.9, 1].map((share) => at(share).toFixed(1)).join(' / ');
  console.log(
    `  ${name.padEnd(38)} ${sorted.length} kills: min/p50/p90/max ${text} ms, the first ${(tookMs[0] ?? NaN).toFixed(1)}`,
  );
  return at(0.5);
}

let server = await startServer();
const children = setup.daemons.map(({ argv: [command = '', ...args] }) =>
  spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] }),
);
await untilWeights((weight) => weight === 100);
await sleep(SETTLE_MS);
const all = [...setup.daemons.keys()];
const quick = all.filter((place) => setup.daemons[place]?.isQuick === true);
const tookMs = new Map(all.map((place): [number, number[]] => [place, []]));
for (let round = 0; round < setup.kills; round += 1) {
  const resting = quick.filter((_, at) => at !== round % quick.length);
  for (const place of resting) children[place]?.kill('SIGSTOP');
  const took = await kill(
    server,
    all.filter((place) => !resting.includes(place)),
  );
  for (const [place, ms] of took) tookMs.get(place)?.push(ms);
  for (const place of resting) children[place]?.kill('SIGCONT');
  await untilWeights((weight) => weight === 0);
  server = await startServer();
  await untilWeights((weight) => weight === 100);
  await sleep(REST_MS + 1000 * Math.random());
}
console.log('killed -> weight 0 in the table');
const medians = setup.daemons.map(({ name }, place) => tell(name, tookMs.get(place) ?? []));
const [own = NaN] = medians;
for (const [place, { name, isQuick }] of setup.daemons.entries()) {
  const times = (medians[place] ?? NaN) / own;
  if (!isQuick) console.log(`  ${times.toFixed(0)} times as long by the median: ${name}`);
}
for (const child of [server, ...children]) child.kill('SIGTERM');
process.exit(0);
