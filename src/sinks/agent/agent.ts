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
import type { SinkEvent, SinkState } from '../../model/report.ts';
import type { Turn } from '../../model/turn.ts';
import { monotonicScheduler } from '../../platform/scheduler.ts';
import { agentLine } from '../../protocol/agent-check.ts';
import { printable } from '../../protocol/printable.ts';
import { AgentStates } from './agent-states.ts';
import { listen } from './listener.ts';

const SINK = 'agent';
/** Between two attempts to listen. */
const RETRY_MS = 2000;
/** Unknown names that are logged, each of them once. */
const UNKNOWN_NAMES_MAX = 16;
/** Of an unknown name, in the log. */
const NAME_MAX_CHARS = 64;

/**
 * Answers HAProxy's agent-checks, so that its servers follow the health that routevane sees. A
 * client sends the name of a signal, a service or a real server (`agent-send "web\n"`); the reply is
 * `up 75%` (the share of its weight) or `down #reason`. Without a name the reply is about the node.
 * A name without a health, and an unknown name, get an empty reply: HAProxy leaves its server as it
 * is.
 *
 * The reply for a drained name is `up 0%`, which HAProxy treats as a drain. The reply `drain` would
 * last until a reply `ready`, which would also end a drain that HAProxy's operator began.
 *
 * Emits whether it listens. Completes with `turn$`; fails only if `config$` or `turn$` does.
 */
export function agentListener(
  config$: Observable<Config>,
  turn$: Observable<Turn>,
  scheduler: SchedulerLike = monotonicScheduler,
): Observable<SinkEvent> {
  return defer(() => {
    const states = new AgentStates();
    const notice$ = new Subject<SinkEvent>();
    const over$ = new Subject<void>();
    const answer = answering(states, (event) => notice$.next(event));
    const state$ = config$.pipe(
      tap((config) => states.configure(config)),
      map((config) => config.agent),
      distinctUntilChanged((before, now) => isDeepStrictEqual(before, now)),
      switchMap((to) => (to === null ? of(stateOf('off', '')) : serving(to, answer, scheduler))),
    );
    const turns$ = turn$.pipe(
      tap({ next: (turn) => states.turn(turn), complete: () => over$.next() }),
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
  states: AgentStates,
  report: (event: SinkEvent) => void,
): (request: string) => string | null {
  const unknownNames = new Set<string>();
  return (request) => {
    const answer = states.answer(request);
    if (answer === 'no-opinion') return null;
    if (answer !== 'no-such-name') return agentLine(answer);
    const name = printable(request, NAME_MAX_CHARS);
    if (!unknownNames.has(name) && unknownNames.size < UNKNOWN_NAMES_MAX) {
      unknownNames.add(name);
      const message = `an agent-check asks for "${name}", which is not a configured name`;
      report({ kind: 'notice', sink: SINK, level: 'warn', event: 'agent_unknown_name', message });
    }
    return null;
  };
}

function stateOf(state: SinkState, reason: string): SinkEvent {
  return { kind: 'state', sink: SINK, state, peerVersion: null, reason };
}
