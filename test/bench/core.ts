/**
 * What the core costs: CPU time per observation through the whole pipeline, and memory per target,
 * beside the least that is possible (a bare Map) and the usual (an RxJS chain for each key).
 *
 *   node --expose-gc --import tsx test/bench/core.ts
 *
 * The sources as they are, through tsx (the release bundle runs the same code). Unchanged: every target
 * up, seen up again. Changing: every observation flips its target (rise and fall are 1), services and
 * routes follow, turns are taken; once 32 to a turn, once a turn for each.
 *
 * Gate on the ratios within one run: the machine's noise is about ±10 %.
 */
import {
  distinctUntilChanged,
  filter,
  groupBy,
  map,
  mergeMap,
  of,
  scan,
  Subject,
  Subscription,
  switchMap,
  timer,
  type SchedulerAction,
  type SchedulerLike,
} from 'rxjs';
import type { Config } from '../../src/model/config.ts';
import type { Control } from '../../src/model/control.ts';
import type { Observation } from '../../src/model/observation.ts';
import type { Turn } from '../../src/model/turn.ts';
import { pipeline } from '../../src/core/pipeline.ts';
import { config, route, server, service } from '../core/fixtures.ts';

const SERVERS_PER_SERVICE = 100;
const OBSERVATIONS = 400_000;
const REPEATS = 3;
/** Observations of one turn of the loop: as many as sockets are ready at once. */
const BATCH = 32;

/** Runs what was scheduled without delay when asked to, so that only the core is measured. */
class ManualScheduler implements SchedulerLike {
  nowMs = 0;
  #work: (() => void)[] = [];

  now(): number {
    return this.nowMs;
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delayMs = 0): Subscription {
    if (delayMs === 0) this.#work.push(work);
    return new Subscription();
  }

  flush(): void {
    const work = this.#work;
    this.#work = [];
    for (const one of work) one();
  }
}

interface Subjected {
  readonly push: (observation: Observation) => void;
  readonly flush: () => void;
  readonly outputs: () => number;
}

function configOf(targets: number): Config {
  const names = Array.from({ length: targets / SERVERS_PER_SERVICE }, (_, i) => `s${i}`);
  const services = names.map((name) =>
    service(
      name,
      Array.from({ length: SERVERS_PER_SERVICE }, (_, i) => server(`${name}/10.0.${i}.1:80`)),
    ),
  );
  const routes = names.map((name, i) => route(`192.0.${i}.0/32`, name));
  return config({ services, routes });
}

function wholeCore(targets: number): Subjected {
  const scheduler = new ManualScheduler();
  const observation$ = new Subject<Observation>();
  let outputs = 0;
  const control$ = new Subject<Control>();
  pipeline(observation$, control$, configOf(targets), scheduler).subscribe((turn: Turn) => {
    outputs += turn.changes.length;
  });
  return {
    push: (observation) => {
      scheduler.nowMs = observation.atMs;
      observation$.next(observation);
    },
    flush: () => scheduler.flush(),
    outputs: () => outputs,
  };
}

/** The least: a state and a count in a Map, and nobody notified. */
function bareMap(): Subjected {
  const states = new Map<string, { state: string; run: number }>();
  let outputs = 0;
  return {
    push: ({ signal, state }) => {
      const entry = states.get(signal);
      if (entry === undefined) states.set(signal, { state, run: 0 });
      else if (entry.state === state) entry.run = 0;
      else if ((entry.run += 1) >= 1) {
        entry.state = state;
        entry.run = 0;
        outputs += 1;
      }
    },
    flush: () => {},
    outputs: () => outputs,
  };
}

/** The usual: rise and fall, a delay and a comparison in operators of each key's own. */
function chainPerKey(): Subjected {
  const observation$ = new Subject<Observation>();
  let outputs = 0;
  observation$
    .pipe(
      groupBy(({ signal }) => signal),
      mergeMap((one$) =>
        one$.pipe(
          scan(
            (before, { state }) =>
              before.state === state ? { state, run: before.run + 1 } : { state, run: 1 },
            { state: '', run: 0 },
          ),
          filter((before) => before.run >= 1),
          map(({ state }) => state),
          distinctUntilChanged(),
          switchMap((state) => (state === 'held' ? timer(1000).pipe(map(() => state)) : of(state))),
          distinctUntilChanged(),
        ),
      ),
    )
    .subscribe(() => {
      outputs += 1;
    });
  return { push: (o) => observation$.next(o), flush: () => {}, outputs: () => outputs };
}

function keysOf(targets: number): readonly string[] {
  return configOf(targets).services.flatMap(({ realServers }) => realServers.map(({ key }) => key));
}

/** Observations are made before the clock starts: who makes them pays for them. */
function roundOf(keys: readonly string[], state: 'up' | 'down', atMs: number): Observation[] {
  return keys.map((signal) => ({ signal, state, reason: '', atMs }));
}

function run(subject: Subjected, observations: readonly Observation[], batch: number): void {
  let inBatch = 0;
  for (const observation of observations) {
    subject.push(observation);
    inBatch += 1;
    if (inBatch === batch) {
      subject.flush();
      inBatch = 0;
    }
  }
  subject.flush();
}

function measure(subject: Subjected, rounds: readonly Observation[][], batch: number): number {
  const perRound = rounds[0]?.length ?? 1;
  const micros: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const before = process.cpuUsage();
    let count = 0;
    while (count < OBSERVATIONS) {
      for (const round of rounds) run(subject, round, batch);
      count += perRound * rounds.length;
    }
    const { user, system } = process.cpuUsage(before);
    micros.push((user + system) / count);
  }
  return micros.toSorted((a, b) => a - b)[Math.floor(REPEATS / 2)] ?? Number.NaN;
}

function heapBytes(): number {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** What one subject keeps for each target once it is settled, the configuration not counted. */
function bytesPerTarget(make: () => Subjected, keys: readonly string[]): number {
  const before = heapBytes();
  const subject = make();
  run(subject, roundOf(keys, 'down', 1.5), BATCH);
  run(subject, roundOf(keys, 'up', 2.5), BATCH);
  const after = heapBytes();
  if (subject.outputs() === 0) throw new Error('nothing was judged');
  return (after - before) / keys.length;
}

function report(targets: number): void {
  const keys = keysOf(targets);
  // Held by this closure, so that its bytes are on both sides of the difference.
  const subjects: readonly (readonly [string, () => Subjected])[] = [
    ['core', () => wholeCore(targets)],
    ['bare Map', bareMap],
    ['RxJS chain per key', chainPerKey],
  ];
  const configBytes = bytesOfConfig(targets);
  const rows = subjects.map(([name, make]) => {
    const bytes = bytesPerTarget(make, keys) - (name === 'core' ? configBytes : 0);
    const subject = make();
    run(subject, roundOf(keys, 'up', 1.5), BATCH);
    const unchanged = measure(subject, [roundOf(keys, 'up', 2.5)], BATCH);
    const flips = [roundOf(keys, 'down', 3.5), roundOf(keys, 'up', 4.5)];
    const changing = measure(subject, flips, BATCH);
    const alone = measure(subject, flips, 1);
    return { name, unchanged, changing, alone, bytes };
  });
  const [first] = rows;
  console.log(`\n${targets} targets, ${BATCH} observations a turn; CPU µs per observation`);
  for (const { name, unchanged, changing, alone, bytes } of rows) {
    console.log(
      `${name.padEnd(20)} unchanged ${ratio(unchanged, first?.unchanged)}` +
        `  changing ${ratio(changing, first?.changing)}` +
        `  changing, a turn each ${ratio(alone, first?.alone)}` +
        `  bytes a target ${bytes.toFixed(0)}`,
    );
  }
}

function ratio(value: number, ofCore = Number.NaN): string {
  return `${value.toFixed(3)} (${(value / ofCore).toFixed(2)} of core)`;
}

function bytesOfConfig(targets: number): number {
  const before = heapBytes();
  const kept = configOf(targets);
  const bytes = heapBytes() - before;
  return kept.services.length === 0 ? 0 : bytes / targets;
}

// Compiled code and its feedback are no part of a target: have them before anything is weighed.
for (const make of [() => wholeCore(1000), bareMap, chainPerKey]) {
  measure(make(), [roundOf(keysOf(1000), 'down', 1.5), roundOf(keysOf(1000), 'up', 2.5)], BATCH);
}
for (const targets of [5_000, 20_000]) report(targets);
