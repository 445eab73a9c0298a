import {
  defer,
  distinctUntilChanged,
  map,
  Observable,
  of,
  Subject,
  switchMap,
  takeUntil,
  tap,
  ignoreElements,
  merge,
} from 'rxjs';
import type { Config } from '../../model/config.ts';
import type { SinkEvent, SinkState } from '../../model/report.ts';
import type { Health, Turn } from '../../model/turn.ts';
import { TrackFileWriter } from './writer.ts';

const SINK = 'track_files';

/**
 * What keepalived.conf(5) reads from a track_file: 0 is OK. With `weight 0` anything else is a
 * fault; with another weight the priority changes by that weight times this number.
 */
const UP = 0;
const DOWN = 1;

/**
 * Keeps one file for each signal and service in `outputs.track_files.dir`, named after it, for
 * keepalived's `track_file`: `0` while up, `1` while down. An unknown health, the end of routevane,
 * and a name that is no longer configured leave the file as it is, as with routes: keepalived stays
 * in its state, and the next start writes only what differs.
 *
 * Emits whether files can be written. Completes with `turn$`, when all is written or cannot be;
 * fails only if `config$` or `turn$` does.
 */
export function trackFiles(
  config$: Observable<Config>,
  turn$: Observable<Turn>,
): Observable<SinkEvent> {
  return defer(() => {
    const healths = new Healths();
    const over$ = new Subject<void>();
    const state$ = config$.pipe(
      tap((config) => healths.configure(config)),
      map((config) => config.trackFilesDir),
      distinctUntilChanged(),
      switchMap((dir) => (dir === null ? of(stateOf('off', '')) : writing(dir, healths))),
    );
    const turns$ = turn$.pipe(
      tap({
        next: (turn) => healths.turn(turn),
        complete: () => healths.whenIdle(() => over$.next()),
      }),
      ignoreElements(),
    );
    return merge(state$, turns$).pipe(takeUntil(over$));
  });
}

function writing(dir: string, healths: Healths): Observable<SinkEvent> {
  return new Observable((subscriber) => {
    const writer = new TrackFileWriter(dir, (problem) =>
      subscriber.next(problem === null ? stateOf('connected', '') : stateOf('lost', problem)),
    );
    subscriber.next(stateOf('connected', ''));
    healths.open(writer);
    return () => {
      healths.open(null);
      writer.close();
    };
  });
}

function stateOf(state: SinkState, reason: string): SinkEvent {
  return { kind: 'state', sink: SINK, state, peerVersion: null, reason };
}

/** The health of each name that has a file. */
class Healths {
  readonly #health = new Map<string, Health>();
  #names: ReadonlySet<string> = new Set();
  #writer: TrackFileWriter | null = null;

  configure({ signals, services }: Config): void {
    this.#names = new Set([...signals, ...services].map(({ name }) => name));
    for (const name of this.#health.keys()) if (!this.#names.has(name)) this.#health.delete(name);
  }

  turn({ changes }: Turn): void {
    for (const { name, to } of changes) {
      if (!this.#names.has(name)) continue;
      this.#health.set(name, to);
      this.#write(name, to);
    }
  }

  open(writer: TrackFileWriter | null): void {
    this.#writer = writer;
    for (const [name, health] of this.#health) this.#write(name, health);
  }

  whenIdle(done: () => void): void {
    if (this.#writer === null) done();
    else this.#writer.whenIdle(done);
  }

  #write(name: string, health: Health): void {
    if (health !== 'unknown') this.#writer?.set(name, health === 'up' ? UP : DOWN);
  }
}
