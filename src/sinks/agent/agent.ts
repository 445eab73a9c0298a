import { isDeepStrictEqual } from 'node:util';
import {
  defer,
  distinctUntilChanged,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  retry,
  type SchedulerLike,
  Subject,
  switchMap,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import type { Config, ListenAddress } from '../../model/config.ts';
import type { SinkEvent } from '../../model/report.ts';
import type { Turn } from '../../model/turn.ts';
import { monotonicScheduler } from '../../platform/scheduler.ts';
import { agentLine } from '../../protocol/agent-check.ts';
import { printable } from '../../protocol/printable.ts';
import { AgentStates } from './agent-states.ts';
import { listen } from './listener.ts';

const SINK = 'agent';
/** Between two attempts to listen. */
const RETRY_MS = 2000;
/** A name that nobody knows is told once; so many different ones are told. */
const UNKNOWN_NAMES_MAX = 16;

/**
 * Answers HAProxy's agent-checks, so that its servers follow our health. A client sends the name
 * of a signal, a service or a real server (`agent-send "web\n"`) and is answered `up 75%` (what is
 * left of its weight) or `down #reason`; without a name the answer is about the node. What is not
 * known yet, or does not exist, is answered with silence: HAProxy then leaves its server as it is.
 *
 * What is drained is answered `up 0%`, which HAProxy treats as a drain. Its own word `drain` would
 * last until we say `ready`, and that would also end what HAProxy's operator drained there.
 *
 * Emits whether it listens. Completes with `turn$`; fails only if `config$` or `turn$` does.
 */
export function agentListener(
  config$: Observable<Config>,
  turn$: Observable<Turn>,
  scheduler: SchedulerLike = monotonicScheduler,
): Observable<SinkEvent> {
  return defer(() => {
    const board = new AgentStates();
    const notice$ = new Subject<SinkEvent>();
    const over$ = new Subject<void>();
    const answer = answering(board, (report) => notice$.next(report));
    const state$ = config$.pipe(
      tap((config) => board.configure(config)),
      map((config) => config.agent),
      distinctUntilChanged((before, now) => isDeepStrictEqual(before, now)),
      switchMap((to) => (to === null ? of(stateOf('off', '')) : serving(to, answer, scheduler))),
    );
    const turns$ = turn$.pipe(
      tap({ next: (turn) => board.turn(turn), complete: () => over$.next() }),
      ignoreElements(),
    );
    return merge(notice$, state$, turns$).pipe(takeUntil(over$));
  });
}

function serving(
  to: ListenAddress,
  answer: (request: string) => string | null,
  scheduler: SchedulerLike,
): Observable<SinkEvent> {
  const lost$ = new Subject<SinkEvent>();
  const listening$ = listen(to, answer).pipe(
    map(() => stateOf('connected', '')),
    retry({
      delay: (error: NodeJS.ErrnoException) => {
        lost$.next(stateOf('lost', `cannot listen: ${error.code ?? 'unknown error'}`));
        return timer(RETRY_MS, scheduler);
      },
    }),
  );
  return merge(lost$, listening$);
}

function answering(
  board: AgentStates,
  report: (report: SinkEvent) => void,
): (request: string) => string | null {
  const unknown = new Set<string>();
  return (request) => {
    const answer = board.answer(request);
    if (answer === 'no-opinion') return null;
    if (answer !== 'no-such-name') return agentLine(answer);
    const name = printable(request, 64);
    if (!unknown.has(name) && unknown.size < UNKNOWN_NAMES_MAX) {
      unknown.add(name);
      const message = `an agent-check asks for "${name}", which is not a configured name`;
      report({ kind: 'notice', sink: SINK, level: 'warn', event: 'agent_unknown_name', message });
    }
    return null;
  };
}

function stateOf(state: 'connected' | 'lost' | 'off', reason: string): SinkEvent {
  return { kind: 'state', sink: SINK, state, peerVersion: null, reason };
}
