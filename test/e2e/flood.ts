import { deepEqual, equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { journalFiles } from '../../src/cli/replay/lines.ts';
import type { Decision } from '../../src/model/turn.ts';
import type { Step, World } from './check.ts';
import { tcp, type ServerSpec } from './servers.ts';
import { step } from './steps.ts';

/** Many services of one server each, and routes for each: whose server is open is the truth. */
export interface Flood {
  readonly config: string;
  readonly servers: readonly ServerSpec[];
  /** Opens and closes servers at random, in steps, for `durationMs`. */
  flaps(durationMs: number, meanwhile?: (world: World) => Promise<void>): Step;
  /** The first server changes, with all the routes that hang on it, and others right behind it. */
  readonly changesBehindBulk: Step;
  /** In the end BIRD has exactly the routes whose servers are open. */
  readonly birdAgrees: Step;
  /** ExaBGP's adj-rib-out says the same. */
  readonly ribAgrees: Step;
  /** And so do our own last decisions. */
  readonly decisionsAgree: Step;
}

const stepMs = 50;
/** The first servers change and are probed more often than the others. */
const hotCount = 50;
const hotCheck = '{ type: tcp, mode: hold, interval: 100ms, timeout: 90ms, fast_interval: 50ms }';
/** Servers that change in one step, at most. */
const changesPerStep = 12;
const hotSteps = 8;
const check = '{ type: tcp, mode: hold }';
/** Part of the steps in which a quarter of the servers changes at once. */
const rackShare = 0.1;
const agreeMs = 180_000;

export interface FloodOptions {
  readonly servers: number;
  /** Further routes that hang on the first server. */
  readonly bulk?: number;
  readonly seed: number;
}

export function flood({ servers: count, bulk = 0, seed }: FloodOptions): Flood {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const bulkPrefixes = Array.from({ length: bulk }, (_, index) => prefix(count + index));
  const prefixesOf = (index: number): string[] =>
    index === 0 ? [prefix(0), ...bulkPrefixes] : [prefix(index)];
  const open = new Set(indexes);
  const random = generator(seed);
  const expected = (): string[] => [...open].flatMap(prefixesOf).toSorted();

  const some = (below: number): number[] =>
    Array.from({ length: changesPerStep }, () => Math.floor(random() * below));

  const rack = (): number[] => {
    const first = Math.floor(random() * count);
    return indexes.slice(first, first + count / 4);
  };

  const change = async (world: World, chosen: readonly number[]): Promise<void> => {
    const distinct = [...new Set(chosen)];
    const closing = distinct.filter((index) => open.has(index));
    const opening = distinct.filter((index) => !open.has(index));
    await world.servers.change({ open: opening.map(server), close: closing.map(server) });
    for (const index of closing) open.delete(index);
    for (const index of opening) open.add(index);
  };

  return {
    config: yaml(indexes, prefixesOf),
    servers: indexes.map(server),
    flaps: (durationMs, meanwhile) =>
      step(`flaps at random (seed ${seed}) for ${durationMs} ms`, async (world) => {
        const other = meanwhile?.(world);
        const end = performance.now() + durationMs;
        while (performance.now() < end) {
          // Hot ones, a few here and there, and at times a whole rack at once.
          const many = random() < rackShare ? rack() : [];
          await change(world, [...some(hotCount), ...some(count), ...many]);
          await sleep(stepMs);
        }
        await other;
      }),
    changesBehindBulk: step(`changes behind a bulk (seed ${seed})`, async (world) => {
      await change(world, [0]);
      for (const _ of Array.from({ length: hotSteps })) {
        await change(
          world,
          some(hotCount).filter((index) => index !== 0),
        );
        await sleep(stepMs);
      }
    }),
    birdAgrees: step('BIRD has exactly the routes whose servers are open', async ({ lab }) => {
      await lab.until(
        async () => {
          const prefixes = expected();
          if ((await lab.bird.count()) !== prefixes.length) return false;
          const routes = await lab.bird.routes();
          return isDeepStrictEqual(routes.map((route) => route.prefix).toSorted(), prefixes);
        },
        agreeMs,
        `BIRD agrees with ${open.size} of ${count} servers (seed ${seed})`,
      );
    }),
    ribAgrees: step('adj-rib-out agrees with BIRD', async ({ exabgp }) => {
      agree('adj-rib-out', (await exabgp.pipes?.adjRibOut()) ?? [], expected());
    }),
    decisionsAgree: step('our last decisions agree with BIRD', async ({ lab, configPath }) => {
      const prefixes = expected();
      // The log leaves lines out while so much changes; the journal is a little behind, and whole.
      const journal = join(dirname(configPath), 'journal.jsonl');
      const text = (): string => journalFiles(journal).map(read).join('');
      const agrees = (): boolean => isDeepStrictEqual(announcedByJournal(text()), prefixes);
      await lab.until(agrees, agreeMs, 'the journal agrees with BIRD').catch((error: unknown) => {
        agree('the journal', announcedByJournal(text()), prefixes);
        throw error;
      });
    }),
  };
}

/** Fails with the few prefixes that differ, instead of thousands that do not. */
function agree(whose: string, actual: readonly string[], expected: readonly string[]): void {
  const [actually, expectedly] = [new Set(actual), new Set(expected)];
  const missing = expected.filter((each) => !actually.has(each));
  const extra = actual.filter((each) => !expectedly.has(each));
  if (missing.length + extra.length === 0) return;
  throw new Error(`${whose}: ${shown(missing)} are missing, ${shown(extra)} too many`);
}

function shown(list: readonly string[]): string {
  return `${list.length} (${list.slice(0, 5).join(', ')})`;
}

/** One session from start to end, and one routevane. */
export const nothingBroke: Step = step(
  'the session and routevane lived through it',
  async ({ lab, node, exabgp }) => {
    equal(exabgp.helper.pids().length, 1, 'routevane was started once');
    deepEqual(exabgp.helper.exits(), [], 'routevane never ended');
    deepEqual(await lab.bird.established(), [node.session]);
    const [, since = ''] = lab.bird.log().split(`${node.session}: Connected to table`).slice(-1);
    equal(
      /Received:|Error:|closed|expired/.exec(since),
      null,
      'BIRD had nothing to complain about',
    );
  },
);

function read(file: string): string {
  return readFileSync(file, 'utf8');
}

/** What the journal says each route is in the end. */
function announcedByJournal(text: string): string[] {
  const last = new Map<string, string>();
  for (const line of text.split('\n').slice(0, -1)) {
    if (!line.includes('"kind":"decision"')) continue;
    const { route, to }: Pick<Decision, 'route' | 'to'> = JSON.parse(line);
    last.set(route.key, to);
  }
  return [...last].flatMap(([key, to]) => (to === 'announced' ? [key] : [])).toSorted();
}

function server(index: number): ServerSpec {
  return tcp(`127.2.${index >> 8}.${index & 255}:80`);
}

function prefix(index: number): string {
  return `10.64.${index >> 8}.${index & 255}/32`;
}

function yaml(indexes: readonly number[], prefixesOf: (index: number) => string[]): string {
  const services = indexes.map(
    (index) =>
      `  s${index}: { check: ${index < hotCount ? hotCheck : check}, real_servers: ["${server(index).address}:80"] }`,
  );
  const routes = indexes.flatMap((index) =>
    prefixesOf(index).map((each) => `  - { prefix: ${each}, when: s${index}, med: ${index % 7} }`),
  );
  return `
state_dir: state/
check_defaults: { interval: 3s, timeout: 3s, fast_interval: 200ms, rise: 1, fall: 1 }
services:
${services.join('\n')}
routes:
${routes.join('\n')}
`;
}

/** mulberry32: small, seeded, and good enough to pick servers. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
