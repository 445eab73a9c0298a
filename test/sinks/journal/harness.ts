import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject, VirtualTimeScheduler, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { Replayer } from '../../../src/cli/replay/replayer.ts';
import { parseRecord } from '../../../src/cli/replay/parse.ts';
import type { Decided } from '../../../src/cli/replay/decided.ts';
import { pipeline } from '../../../src/core/pipeline.ts';
import type { Config } from '../../../src/model/config.ts';
import type { Control } from '../../../src/model/control.ts';
import type { Observation } from '../../../src/model/observation.ts';
import type { Trace } from '../../../src/model/trace.ts';
import { hashOf } from '../../../src/platform/hash.ts';
import type { JournalRecord } from '../../../src/sinks/journal/record.ts';
import { recorder } from '../../../src/sinks/journal/recorder.ts';

export interface TimedControl {
  readonly atMs: number;
  readonly control: Control;
}

/**
 * A run of the real pipeline in virtual time, recorded by `trace`.
 *
 * @param lateMs how much later than asked for each timer of the pipeline runs, as on a busy loop.
 */
export function run(
  config: Config,
  observations: readonly Observation[],
  controls: readonly TimedControl[],
  lateMs: () => number,
  trace: Trace,
): void {
  const clock = new VirtualTimeScheduler();
  const late: SchedulerLike = {
    now: () => clock.now(),
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delayMs = 0, state?: T) {
      return clock.schedule<T>(work, delayMs > 0 ? delayMs + lateMs() : 0, state);
    },
  };
  const observation$ = new Subject<Observation>();
  const control$ = new Subject<Control>();
  const subscription = pipeline(observation$, control$, config, late, trace).subscribe();
  for (const one of observations) clock.schedule(() => observation$.next(one), one.atMs);
  for (const { atMs, control } of controls) clock.schedule(() => control$.next(control), atMs);
  clock.flush();
  subscription.unsubscribe();
}

/** The same, as the journal's records. */
export function record(
  config: Config,
  observations: readonly Observation[],
  controls: readonly TimedControl[],
  lateMs: () => number,
): readonly JournalRecord[] {
  const records: JournalRecord[] = [];
  const head = { format: 1, wallMs: 0, node: 'lb-a', version: 'test' } as const;
  const trace = recorder(
    (atMs) => records.push({ kind: 'start', atMs, config: hashOf(config), ...head }),
    hashOf,
    (one) => records.push(one),
  );
  run(config, observations, controls, lateMs, trace);
  return records;
}

export interface Replayed {
  readonly recorded: readonly Decided[];
  readonly replayed: readonly Decided[];
  readonly replayer: Replayer;
}

/** Replays records as they would be read from the disk. */
export function replayLines(lines: readonly string[], config: Config): Replayed {
  const recorded: Decided[] = [];
  const replayed: Decided[] = [];
  const replayer = new Replayer(config, hashOf(config), {
    recorded: (one) => recorded.push(one),
    replayed: (one) => replayed.push(one),
  });
  for (const line of lines) {
    const one = parseRecord(line);
    if ('problem' in one) throw new Error(`${one.problem}: ${line}`);
    replayer.take(one);
  }
  return { recorded, replayed, replayer };
}

export function folder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'journal-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** All lines of a journal, oldest first. */
export function readLines(path: string): readonly string[] {
  return readdirSync(path)
    .filter((name) => name.startsWith('journal.jsonl'))
    .toSorted((a, b) => ageOf(b) - ageOf(a))
    .flatMap((name) => readFileSync(join(path, name), 'utf8').split('\n'))
    .filter((line) => line !== '');
}

function ageOf(name: string): number {
  return Number(name.split('.')[2] ?? 0);
}
