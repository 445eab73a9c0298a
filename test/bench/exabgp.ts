/**
 * How long routes take through the sink and a real ExaBGP to a real BIRD, against
 * ExaBGP's own best: a helper that writes 100 prefixes a line and reads nothing
 * back until it is done. Needs root, exabgp and bird; prints, asserts nothing.
 *
 *   node --import tsx test/bench/exabgp.ts
 *
 * One route is timed from the line's leaving the helper to its arrival at BIRD;
 * polling BIRD adds about the same to both.
 */
import { type Lab, openLab } from '../e2e/lab.ts';
import { Rig } from '../sinks/exabgp/rig.ts';
import { type Wanted, manyPrefixes, wantAll } from '../sinks/exabgp/sample.ts';
import { writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

const sizes = [1, 100, 1000, 10_000];
const singleRounds = 40;
const batchSize = 100;

interface Way {
  readonly name: string;
  change(prefixes: readonly string[], value: Wanted): void;
  close(): Promise<void>;
}

/** The sink, with its window, its acknowledgements and its send events. */
async function throughSink(lab: Lab): Promise<Way> {
  const rig = new Rig(lab.folder);
  await rig.ready();
  await lab.nodes[0].exabgp({ helper: rig.command });
  const sink = await rig.started(0);
  sink.order({ kind: 'config', prefixes: manyPrefixes(10_000), exabgp: {}, stateDir: null });
  await sink.until(
    (reports) => reports.some(({ kind }) => kind === 'adopted'),
    'the sink is ready',
  );
  return {
    name: 'routevane',
    change: (prefixes, value) => sink.order({ kind: 'turn', wanted: wantAll(prefixes, value) }),
    close: async () => {
      rig.close();
      await lab.nodes[0].reset();
    },
  };
}

/** A helper that passes on what it gets and discards what it receives. */
async function byHand(lab: Lab, sendEvents: boolean): Promise<Way> {
  const path = join(lab.folder, `relay-${process.hrtime.bigint()}.sock`);
  const script = join(lab.folder, 'relay.mjs');
  writeFileSync(
    script,
    `import { connect } from 'node:net';
     process.stdin.on('data', () => {}).on('end', () => process.exit(0));
     connect(process.argv[2]).on('data', (chunk) => process.stdout.write(chunk));`,
  );
  const connected = new Promise<Socket>((resolve) => {
    server.once('connection', resolve);
  });
  server.listen(path);
  await lab.nodes[0].exabgp({ helper: [process.execPath, script, path], sendEvents });
  const socket = await connected;
  return {
    name: sendEvents ? 'by hand, 100 a line, send events on' : 'by hand, 100 a line',
    change: (prefixes, value) => socket.write(lines(prefixes, value)),
    close: async () => {
      socket.destroy();
      server.close();
      await lab.nodes[0].reset();
    },
  };
}

let server = createServer();

function lines(prefixes: readonly string[], value: Wanted): string {
  const verb = value === 'withdrawn' ? 'withdraw' : 'announce';
  const med = value === 'withdrawn' ? '' : ` med ${value}`;
  if (prefixes.length === 1) return `${verb} route ${prefixes[0]} next-hop self${med}\n`;
  let text = '';
  for (let from = 0; from < prefixes.length; from += batchSize) {
    const some = prefixes.slice(from, from + batchSize).join(' ');
    text += `${verb} attributes next-hop self${med} nlri ${some}\n`;
  }
  return text;
}

async function timeMs(lab: Lab, change: () => void, count: number): Promise<number> {
  const startMs = performance.now();
  change();
  // A pause between questions: BIRD and ExaBGP share two cores with this.
  while ((await lab.bird.count()) !== count) {
    if (performance.now() - startMs > 60_000) throw new Error(`never ${count} routes at BIRD`);
    await new Promise<void>((resolve) => {
      if (count === 1 || count === 0) setImmediate(resolve);
      else setTimeout(resolve, 5);
    });
  }
  return performance.now() - startMs;
}

async function measure(lab: Lab, way: Way): Promise<void> {
  for (const size of sizes) {
    const prefixes = manyPrefixes(size);
    const rounds = size === 1 ? singleRounds : size === 10_000 ? 2 : 4;
    const up: number[] = [];
    const down: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      up.push(await timeMs(lab, () => way.change(prefixes, 100), size));
      down.push(await timeMs(lab, () => way.change(prefixes, 'withdrawn'), 0));
    }
    console.log(
      `${way.name.padEnd(38)} ${String(size).padStart(6)} routes  announce ${ms(up)}  withdraw ${ms(down)}`,
    );
  }
}

function ms(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1);
  return `p50 ${at(0.5).padStart(7)} ms, worst ${at(1).padStart(7)} ms`;
}

const lab = await openLab({ holdTimeS: 90 });
try {
  for (const open of [() => throughSink(lab), () => byHand(lab, false), () => byHand(lab, true)]) {
    server = createServer();
    const way = await open();
    await measure(lab, way);
    await way.close();
  }
} finally {
  lab.close();
}
