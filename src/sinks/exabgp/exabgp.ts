import {
  EMPTY,
  type Observable,
  asapScheduler,
  Subject,
  concat,
  connect,
  defer,
  from,
  merge,
  of,
  subscribeOn,
  type SchedulerLike,
  finalize,
  ignoreElements,
  mergeMap,
  take,
  takeUntil,
  tap,
} from 'rxjs';
import type { Readable, Writable } from 'node:stream';
import type { Config, ExabgpOutput } from '../../model/config.ts';
import type { SinkEvent, SinkFeedback } from '../../model/report.ts';
import type { Turn } from '../../model/turn.ts';
import { monotonicScheduler } from '../../platform/scheduler.ts';
import { waitForConfirmations } from './stop-wait.ts';
import { pipeTransport } from './pipe.ts';
import { AnnouncedKeys } from './announced-keys.ts';
import { EXABGP } from './reporter.ts';
import { ExabgpSession } from './session.ts';
import { stdioTransport } from './stdio.ts';
import type { Transport } from './transport.ts';

/** Where ExaBGP is, with `via: stdio`. */
export interface ExabgpStreams {
  /** `null`: nothing is read, and no answer is waited for. */
  readonly stdin: Readable | null;
  readonly stdout: Writable;
}

type Output = Exclude<ExabgpOutput, { via: 'off' }>;

/**
 * Keeps ExaBGP at the routes that each turn wants.
 *
 * The first configuration defines how ExaBGP is reached and where the state
 * directory is; each one defines which routes are ours.
 *
 * Emits events of what ExaBGP holds and of what was written, each before the `feedback` that
 * the core gets of it. Completes when `turn$` has completed and everything is confirmed and
 * written (or its limit of time has passed), and at once when ExaBGP is gone or shuts down, with
 * `via: stdio`. Fails only if `config$` or `turn$` does.
 */
export function exabgp(
  config$: Observable<Config>,
  turn$: Observable<Turn>,
  streams: ExabgpStreams,
  feedback: (feedback: SinkFeedback) => void,
  scheduler: SchedulerLike = monotonicScheduler,
): Observable<SinkEvent> {
  return config$.pipe(
    connect((shared$) =>
      shared$.pipe(
        take(1),
        mergeMap((first) => {
          if (first.exabgp.via === 'off') return off(turn$);
          return runSession(first, first.exabgp, shared$, turn$, streams, feedback, scheduler);
        }),
      ),
    ),
  );
}

function off(turn$: Observable<Turn>): Observable<SinkEvent> {
  const state = {
    kind: 'state',
    sink: EXABGP,
    state: 'off',
    peerVersion: null,
    reason: '',
  } as const;
  return merge(of(state), turn$.pipe(ignoreElements()));
}

function runSession(
  first: Config,
  output: Output,
  later$: Observable<Config>,
  turn$: Observable<Turn>,
  streams: ExabgpStreams,
  feedback: (feedback: SinkFeedback) => void,
  scheduler: SchedulerLike,
): Observable<SinkEvent> {
  return defer(() => {
    const report$ = new Subject<SinkEvent>();
    const transport = transportOf(output, streams);
    const announcedKeys = new AnnouncedKeys(first.stateDir, (message) =>
      session.notice('warn', 'state_unusable', message),
    );
    const isAcknowledged = output.via === 'pipe' || streams.stdin !== null;
    const { ackTimeoutMs, window } = output;
    const session: ExabgpSession = new ExabgpSession(
      { ackTimeoutMs, window, isAcknowledged, hasEvents: output.via === 'stdio' },
      transport,
      announcedKeys,
      scheduler,
      (event) => report$.next(event),
      feedback,
    );
    const configure = (config: Config): Observable<never> =>
      from(session.configure(config)).pipe(ignoreElements());

    // The announced keys are read first, because adoption needs them. Not in this turn of the
    // event loop: `report$` has its subscriber only after the notifier of `takeUntil`.
    const gone$ = concat(
      defer(() => {
        announcedKeys.load();
        return EMPTY;
      }),
      merge(
        configure(first),
        transport.events$.pipe(tap((event) => session.transportEvent(event))),
      ),
    ).pipe(subscribeOn(asapScheduler));
    const finished$ = concat(
      turn$.pipe(tap((turn) => session.turn(turn))),
      waitForConfirmations(session, transport, announcedKeys, scheduler),
    );
    return merge(report$, later$.pipe(mergeMap(configure))).pipe(
      takeUntil(merge(whenComplete(gone$), session.ended$, whenComplete(finished$))),
      finalize(() => {
        session.close();
        announcedKeys.close();
      }),
    );
  });
}

function whenComplete(source$: Observable<unknown>): Observable<true> {
  return concat(source$.pipe(ignoreElements()), of(true as const));
}

function transportOf(output: Output, { stdin, stdout }: ExabgpStreams): Transport {
  return output.via === 'pipe'
    ? pipeTransport(output.inPath, output.outPath)
    : stdioTransport(stdin, stdout);
}
