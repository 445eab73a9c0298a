import { Observable } from 'rxjs';
import type { Config } from '../../model/config.ts';
import type { SinkEvent } from '../../model/report.ts';
import type { Trace } from '../../model/trace.ts';
import type { FileLimits } from '../../platform/rotating-file.ts';
import { FORMAT, type HeadRecord, type JournalRecord } from './record.ts';
import { recorder } from './recorder.ts';
import { JournalWriter } from './writer.ts';

export const JOURNAL_NAME = 'journal.jsonl';

/** 256 MiB at most, and the heads: a day of a million events is about 200. */
const FILE_LIMITS: FileLimits = { fileMaxBytes: 32 * 1024 * 1024, filesMax: 8 };

export interface JournalOptions {
  readonly stateDir: string;
  readonly version: string;
  readonly hashOf: (config: Config) => string;
  /** Monotonic, milliseconds. */
  readonly nowMs: () => number;
  readonly limits?: FileLimits;
}

/** Records what happens, for `routevane replay`. */
export interface Journal {
  /** For the pipeline; `null`: nothing is recorded. */
  readonly trace: Trace | null;
  /**
   * Records the events of the sinks and passes them on, with the journal's own events among them:
   * whether it can be written, as the state of a sink. Writes as long as it is subscribed to;
   * completes when `event$` has, and the records are on disk or cannot be written within a second.
   */
  readonly recording: (event$: Observable<SinkEvent>) => Observable<SinkEvent>;
}

/** Without a `state_dir`. */
export const noJournal: Journal = { trace: null, recording: (event$) => event$ };

/**
 * A journal of JSON lines in `state_dir`: all that the decisions depend on, the decisions, and the
 * actions of the sinks. Nothing waits for the journal: lines are written at most 100 ms later, and
 * records that a slow disk leaves no room for are dropped, counted and reported once.
 */
export function journal(options: JournalOptions): Journal & { readonly trace: Trace } {
  const { stateDir, version, hashOf, nowMs } = options;
  let started: Config | null = null;
  const head = (kind: HeadRecord['kind'], atMs: number, config: Config): HeadRecord => ({
    kind,
    format: FORMAT,
    atMs,
    wallMs: Date.now() - (nowMs() - atMs),
    node: config.node,
    version,
    config: hashOf(config),
  });
  const writer = new JournalWriter({
    path: `${stateDir}/${JOURNAL_NAME}`,
    limits: options.limits ?? FILE_LIMITS,
    head: (atMs): readonly JournalRecord[] =>
      started === null ? [] : [head('rotated', atMs, started)],
    nowMs,
  });
  const records = recorder(
    (atMs, config) => {
      started = config;
      writer.add(head('start', atMs, config));
    },
    hashOf,
    (record) => writer.add(record),
  );
  const trace: Trace = {
    ...records,
    requested(atMs, control) {
      if (control.kind === 'config') started = control.config;
      records.requested(atMs, control);
    },
  };
  const recording = (event$: Observable<SinkEvent>): Observable<SinkEvent> =>
    new Observable((subscriber) => {
      writer.open((event) => subscriber.next(event));
      subscriber.add(() => void writer.close());
      subscriber.add(
        event$.subscribe({
          next: (event) => {
            records.sinkEvent(event);
            subscriber.next(event);
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => void writer.close().then(() => subscriber.complete()),
        }),
      );
    });
  return { trace, recording };
}
