import type { SchedulerLike } from 'rxjs';
import type { Notice } from '../../model/notice.ts';
import type { SinkEvent, SinkFeedback } from '../../model/report.ts';
import type { Cause } from '../../model/turn.ts';
import { FirstTime } from '../../platform/first-time.ts';
import { limitNotices } from '../../platform/notice-limiter.ts';
import { ABSENT } from './fingerprint.ts';
import type { WantedRoute } from './ledger-entry.ts';
import { NOTICE_PERIOD_MS } from './limits.ts';
import type { Outcome } from './outcomes.ts';
import type { PeerNotice } from './peer-notices.ts';

export const EXABGP = 'exabgp';

type State = 'connected' | 'lost' | 'off';

/** Emits events of what was done, and after each the feedback that the core needs of it. */
export class ExabgpReporter {
  readonly #scheduler: SchedulerLike;
  readonly #report: (event: SinkEvent) => void;
  readonly #feedback: (feedback: SinkFeedback) => void;
  readonly #handedOver = new FirstTime();
  readonly #notify: (notice: Notice, about: string) => void;

  constructor(
    scheduler: SchedulerLike,
    report: (event: SinkEvent) => void,
    feedback: (feedback: SinkFeedback) => void,
  ) {
    this.#scheduler = scheduler;
    this.#report = report;
    this.#feedback = feedback;
    this.#notify = limitNotices<Notice>(
      (notice) => report({ kind: 'notice', sink: EXABGP, ...notice }),
      { max: 1, periodMs: NOTICE_PERIOD_MS, nowMs: () => scheduler.now() },
    );
  }

  state(state: State, peerVersion: string | null, reason: string): void {
    this.#report({ kind: 'state', sink: EXABGP, state, peerVersion, reason });
  }

  adopted(keys: readonly string[]): void {
    this.#report({ kind: 'adopted', sink: EXABGP, keys });
    this.#feedback({ kind: 'adopted', keys });
  }

  /** Limited in rate for each `event` and what it is `about`. */
  notice(level: Notice['level'], event: string, message: string, about = ''): void {
    this.#notify({ level, event, message }, about);
  }

  notices(notices: Iterable<PeerNotice>): void {
    for (const { level, event, message, about } of notices)
      this.notice(level, event, message, about);
  }

  /** One report for each cause in a command. */
  outcome({ result, text, wants, reason }: Outcome): void {
    const atMs = this.#scheduler.now();
    for (const { cause, action, keys } of actionsOf(wants)) {
      // A command that is tried again, or written again after a reconnection, is not a reaction.
      const isRepeat =
        result === 'sent' &&
        keys.filter((key) => this.#handedOver.isFirst(cause, key)).length === 0;
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
      const keys = wants.map(({ route }) => route.key);
      const message =
        text === ''
          ? `not sent to ExaBGP: ${keys.join(', ')}: ${reason}`
          : `ExaBGP rejected: ${text}`;
      this.notice('error', 'command_rejected', message);
    }
    if (result === 'unanswered')
      this.notice('warn', 'command_unanswered', `ExaBGP did not answer: ${text}`);
  }
}

interface Action {
  readonly cause: Cause;
  readonly action: 'announce' | 'withdraw';
  readonly keys: string[];
}

/** By cause, withdraws first: routes that needed no command are confirmed together. */
function actionsOf(wants: readonly WantedRoute[]): readonly Action[] {
  const byCause = new Map<Cause, { readonly withdraw: Action; readonly announce: Action }>();
  for (const { cause, fingerprint, route } of wants) {
    let actions = byCause.get(cause);
    if (actions === undefined) {
      actions = {
        withdraw: { cause, action: 'withdraw', keys: [] },
        announce: { cause, action: 'announce', keys: [] },
      };
      byCause.set(cause, actions);
    }
    (fingerprint === ABSENT ? actions.withdraw : actions.announce).keys.push(route.key);
  }
  return [...byCause.values()]
    .flatMap(({ withdraw, announce }) => [withdraw, announce])
    .filter(({ keys }) => keys.length > 0);
}
