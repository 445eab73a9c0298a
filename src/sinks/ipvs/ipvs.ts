import {
  Observable,
  type SchedulerLike,
  NEVER,
  Subject,
  concat,
  connect,
  defer,
  finalize,
  from,
  ignoreElements,
  merge,
  mergeMap,
  race,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import type { Config, IpvsOutput } from '../../model/config.ts';
import type { SinkEvent, SinkFeedback } from '../../model/report.ts';
import type { Turn } from '../../model/turn.ts';
import { monotonicScheduler } from '../../platform/scheduler.ts';
import { adviceOf } from './advice.ts';
import { dryRun } from './dry-run.ts';
import { TableReconciler, type Advise } from './reconciler.ts';
import { STOP_MAX_MS } from './limits.ts';
import { managedBy } from './managed.ts';
import { TableConnection, type OpenTable } from './table-connection.ts';
import { savedState } from './saved-state.ts';
import { IpvsReporter, IPVS } from './reporter.ts';
import { readIpvsSettings } from './ipvs-settings.ts';

export interface IpvsOptions {
  readonly open: OpenTable;
  /** Given what the core has to know, after the event of the same thing was emitted. */
  readonly feedback: (feedback: SinkFeedback) => void;
  /** Emits when ExaBGP is gone: then this sink ends as well. */
  readonly gone$?: Observable<unknown>;
  readonly scheduler?: SchedulerLike;
  /** Reads what the advice depends on; must not reject. */
  readonly readSettings?: typeof readIpvsSettings;
}

type Output = Exclude<IpvsOutput, { via: 'off' }>;

/**
 * Keeps the weights in the IPVS table at what each turn says.
 *
 * The first configuration says how the table is reached and where the state directory is; each
 * one says which services and real servers are managed.
 *
 * Emits what it found and did. Completes when `turn$` has completed, or `gone$` emitted, and what
 * is under way is done (or took too long); weights stay as they are. Reports a table that cannot
 * be reached and tries again; fails only if `config$` or `turn$` does.
 */
export function ipvs(
  config$: Observable<Config>,
  turn$: Observable<Turn>,
  options: IpvsOptions,
): Observable<SinkEvent> {
  return config$.pipe(
    connect((shared$) =>
      shared$.pipe(
        take(1),
        mergeMap((first) =>
          first.ipvs.via === 'off'
            ? off(turn$, options)
            : keep(first, first.ipvs, shared$, turn$, options),
        ),
      ),
    ),
  );
}

function off(
  turn$: Observable<Turn>,
  { feedback, gone$ = NEVER }: IpvsOptions,
): Observable<SinkEvent> {
  const state$ = new Observable<SinkEvent>((subscriber) => {
    subscriber.next({ kind: 'state', sink: IPVS, state: 'off', peerVersion: null, reason: '' });
    feedback({ kind: 'ipvs', state: 'off' });
    subscriber.complete();
  });
  return merge(state$, turn$.pipe(ignoreElements(), takeUntil(gone$)));
}

function keep(
  first: Config,
  output: Output,
  later$: Observable<Config>,
  turn$: Observable<Turn>,
  options: IpvsOptions,
): Observable<SinkEvent> {
  const { open, feedback, gone$ = NEVER, scheduler = monotonicScheduler } = options;
  return defer(() => {
    const event$ = new Subject<SinkEvent>();
    const reporter = new IpvsReporter(
      scheduler,
      output.dryRun,
      (event) => event$.next(event),
      feedback,
    );
    const connection = new TableConnection(
      output.via,
      openFor(output, open, reporter),
      scheduler,
      reporter,
    );
    const state = savedState(output.dryRun ? null : first.stateDir, (message) => {
      reporter.notice('error', 'state_unusable', message);
    });
    const { readSettings = readIpvsSettings } = options;
    const advise: Advise = async (access, services) => {
      const settings = await readSettings(access);
      reporter.lines('info', 'ipvs_advice', adviceOf(first, services, settings));
    };
    const reconciler = new TableReconciler(
      managedBy(first),
      connection,
      state,
      reporter,
      scheduler,
      advise,
    );
    const ended$ = concat(
      turn$.pipe(
        tap((turn) => reconciler.turn(turn)),
        takeUntil(gone$),
        ignoreElements(),
      ),
      defer(() => race(from(reconciler.whenIdle()), timer(STOP_MAX_MS, scheduler))),
    );
    const configured$ = later$.pipe(tap((config) => reconciler.configure(managedBy(config))));
    // In a later microtask: the core subscribes after the sinks, and has to hear the first state.
    const started$ = from(Promise.resolve()).pipe(tap(() => reconciler.start()));
    return merge(event$, merge(configured$, started$).pipe(ignoreElements())).pipe(
      takeUntil(ended$),
      finalize(() => reconciler.close()),
    );
  });
}

function openFor({ dryRun: isDryRun }: Output, open: OpenTable, reporter: IpvsReporter): OpenTable {
  if (!isDryRun) return open;
  return (via) =>
    dryRun(open(via), (line) => reporter.notice('info', 'ipvs_dry_run', `would run: ${line}`));
}
