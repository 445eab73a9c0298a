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
import type { SinkEvent } from '../../model/report.ts';
import type { Health, Turn } from '../../model/turn.ts';
import { TrackFileWriter } from './writer.ts';

const SINK = 'track_files';

/**
 * What keepalived.conf(5) reads from a track_file: 0 is OK. With `weight 0` anything else is a
 * fault; with another weight the priority changes by that weight times this number.
 */
const GOOD = 0;
const BAD = 1;

/**
 * Keeps one file a signal and service in `outputs.track_files.dir`, named after it, for
 * keepalived's `track_file`: `0` while up, `1` while down. What is unknown leaves its file as it
 * is, and so do our end and a name that is no longer configured: as with routes, whoever follows
 * us stays where we left him, and the next start writes differences only.
 *
 * Emits whether files can be written. Completes with `turn$`, when all is written or cannot be;
 * fails only if `config$` or `turn$` does.
 */
export function trackFiles(
  config$: Observable<Config>,
  turn$: Observable<Turn>,
): Observable<SinkEvent> {
  return defer(() => {
    const table = new Table();
    const over$ = new Subject<void>();
    const state$ = config$.pipe(
      tap((config) => table.configure(config)),
      map((config) => config.trackFilesDir),
      distinctUntilChanged(),
      switchMap((dir) => (dir === null ? of(stateOf('off', '')) : writing(dir, table))),
    );
    const turns$ = turn$.pipe(
      tap({
        next: (turn) => table.turn(turn),
        complete: () => table.whenIdle(() => over$.next()),
      }),
      ignoreElements(),
    );
    return merge(state$, turns$).pipe(takeUntil(over$));
  });
}

function writing(dir: string, table: Table): Observable<SinkEvent> {
  return new Observable((subscriber) => {
    const writer = new TrackFileWriter(dir, (trouble) =>
      subscriber.next(trouble === null ? stateOf('connected', '') : stateOf('lost', trouble)),
    );
    subscriber.next(stateOf('connected', ''));
    table.open(writer);
    return () => {
      table.open(null);
      writer.close();
    };
  });
}

function stateOf(state: 'connected' | 'lost' | 'off', reason: string): SinkEvent {
  return { kind: 'state', sink: SINK, state, peerVersion: null, reason };
}

/** The health of each name that has a file. */
class Table {
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
    if (health !== 'unknown') this.#writer?.set(name, health === 'up' ? GOOD : BAD);
  }
}
