import {
  type Observable,
  Subject,
  concat,
  connect,
  defer,
  from,
  merge,
  of,
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
import { awaitConfirmed } from './await-confirmed.ts';
import { pipeTransport } from './pipe.ts';
import { AnnouncedKeys } from './announced-keys.ts';
import { EXABGP } from './reporter.ts';
import { ExabgpSession } from './session.ts';
import { stdioTransport } from './stdio.ts';
import type { Transport } from './transport.ts';

/** Where ExaBGP is, with `via: stdio`. */
export interface ExabgpStreams {
  /** `null`: nobody answers, so nothing is read and nothing waited for. */
  readonly stdin: Readable | null;
  readonly stdout: Writable;
}

type Output = Exclude<ExabgpOutput, { via: 'off' }>;

/**
 * Keeps ExaBGP at what each turn says should be.
 *
 * The first configuration says how ExaBGP is reached and where the state
 * directory is; each one says which routes are ours.
 *
 * Emits what was found and done, and passes what the core has to know to `feedback` afterwards. Completes when `turn$` has completed and all is
 * confirmed and written (or waited for long enough), and at once when ExaBGP is
 * gone, or says that it ends, with `via: stdio`. Fails only if `config$` or
 * `turn$` does.
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
          return talk(first, first.exabgp, shared$, turn$, streams, feedback, scheduler);
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

function talk(
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
    const remembered = new AnnouncedKeys(first.stateDir, (message) =>
      session.notice('warn', 'state_unusable', message),
    );
    const isAcknowledged = output.via === 'pipe' || streams.stdin !== null;
    const { ackTimeoutMs, window } = output;
    const session: ExabgpSession = new ExabgpSession(
      { ackTimeoutMs, window, isAcknowledged, hasEvents: output.via === 'stdio' },
      transport,
      remembered,
      scheduler,
      (event) => report$.next(event),
      feedback,
    );
    const configure = (config: Config): Observable<never> =>
      from(session.configure(config)).pipe(ignoreElements());

    // Nothing is asked before it is known what was announced in an earlier life.
    const gone$ = concat(
      defer(() => remembered.load()),
      merge(configure(first), transport.events$.pipe(tap((event) => session.transport(event)))),
    );
    const finished$ = concat(
      turn$.pipe(tap((turn) => session.turn(turn))),
      awaitConfirmed(session, transport, remembered, scheduler),
    );
    return merge(report$, later$.pipe(mergeMap(configure))).pipe(
      takeUntil(merge(whenComplete(gone$), session.ended$, whenComplete(finished$))),
      finalize(() => session.close()),
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
