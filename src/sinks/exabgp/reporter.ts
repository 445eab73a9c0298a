import type { SchedulerLike } from 'rxjs';
import type { SinkEvent, SinkFeedback } from '../../model/report.ts';
import type { Cause } from '../../model/turn.ts';
import { FirstTime } from '../../platform/first-time.ts';
import type { Advice } from './advice.ts';
import { ABSENT } from './fingerprint.ts';
import type { Outcome } from './ledger.ts';
import { NoticeLimiter } from './notice-limiter.ts';
import type { WantedRoute } from './entry.ts';

export const EXABGP = 'exabgp';

type State = 'connected' | 'lost' | 'off';

/** Turns what happened into events, one for each cause in a line, then into feedback for the core. */
export class ExabgpReporter {
  readonly #scheduler: SchedulerLike;
  readonly #report: (event: SinkEvent) => void;
  readonly #feedback: (feedback: SinkFeedback) => void;
  readonly #handedOver = new FirstTime();
  readonly notices: NoticeLimiter;

  constructor(
    scheduler: SchedulerLike,
    report: (event: SinkEvent) => void,
    feedback: (feedback: SinkFeedback) => void,
  ) {
    this.#scheduler = scheduler;
    this.#report = report;
    this.#feedback = feedback;
    this.notices = new NoticeLimiter((notice) =>
      report({ kind: 'notice', sink: EXABGP, ...notice }),
    );
  }

  state(state: State, peerVersion: string | null, reason: string): void {
    this.#report({ kind: 'state', sink: EXABGP, state, peerVersion, reason });
  }

  adopted(keys: readonly string[]): void {
    this.#report({ kind: 'adopted', sink: EXABGP, keys });
    this.#feedback({ kind: 'adopted', keys });
  }

  tell(all: Iterable<Advice>): void {
    for (const { level, event, message, about } of all)
      this.notices.notice(level, event, message, this.#scheduler.now(), about);
  }

  outcome({ result, text, wants, reason }: Outcome): void {
    const atMs = this.#scheduler.now();
    for (const [cause, same] of byCause(wants)) {
      const keys = same.map(({ route }) => route.key);
      // A command that is tried again, or written anew after a reconnection, is no reaction.
      const isRepeat =
        result === 'sent' &&
        keys.filter((key) => this.#handedOver.isFirst(cause, key)).length === 0;
      const action = same[0]?.fingerprint === ABSENT ? 'withdraw' : 'announce';
      this.#report({
        kind: 'action',
        sink: EXABGP,
        action,
        keys,
        result,
        command: text,
        cause,
        ...(isRepeat ? { isRepeat } : {}),
        atMs,
      });
      // A withdraw counts from when it was handed over; what was rejected is tried again.
      if (action === 'withdraw' && (result === 'sent' || result === 'confirmed'))
        this.#feedback({ kind: 'sent', keys });
    }
    if (result === 'rejected') {
      const what = text === '' ? `${wants[0]?.route.key}: ${reason}` : text;
      this.notices.notice('error', 'command_rejected', `ExaBGP rejected: ${what}`, atMs);
    }
    if (result === 'unanswered')
      this.notices.notice('warn', 'command_unanswered', `ExaBGP did not answer: ${text}`, atMs);
  }
}

/** An announcement and a withdraw that needed no line may come together: they are kept apart. */
function byCause(
  wants: readonly WantedRoute[],
): readonly (readonly [Cause, readonly WantedRoute[]])[] {
  const groups = new Map<Cause, { announce: WantedRoute[]; withdraw: WantedRoute[] }>();
  for (const want of wants) {
    let group = groups.get(want.cause);
    if (group === undefined) groups.set(want.cause, (group = { announce: [], withdraw: [] }));
    (want.fingerprint === ABSENT ? group.withdraw : group.announce).push(want);
  }
  return [...groups].flatMap(([cause, { announce, withdraw }]) =>
    [withdraw, announce].filter((list) => list.length > 0).map((list) => [cause, list] as const),
  );
}
