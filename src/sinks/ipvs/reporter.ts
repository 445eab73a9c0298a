import type { SchedulerLike } from 'rxjs';
import type { Notice } from '../../model/notice.ts';
import type {
  ActionReport,
  BaseWeight,
  SinkEvent,
  SinkFeedback,
  SinkState,
} from '../../model/report.ts';
import type { Cause } from '../../model/turn.ts';
import { loggedChange } from './logged-change.ts';
import { LINES_MAX, NOTICE_PERIOD_MS } from './limits.ts';
import { FirstTime } from '../../platform/first-time.ts';
import type { TableChange } from '../../protocol/ipvs/table.ts';
import type { Write } from './batch.ts';

export const IPVS = 'ipvs';

const actions = { set: 'weight', add: 'add', remove: 'remove' } as const;

/** Turns what happened into events for operators, and then into feedback for the core. */
export class IpvsReporter {
  readonly #scheduler: SchedulerLike;
  readonly #report: (event: SinkEvent) => void;
  readonly #feedback: (feedback: SinkFeedback) => void;
  /** A dry run did nothing: there is no command to tell of. */
  readonly #isDryRun: boolean;
  #lastState = '';
  readonly #saidAtMs = new Map<string, number>();
  readonly #handedOver = new FirstTime();

  constructor(
    scheduler: SchedulerLike,
    isDryRun: boolean,
    report: (event: SinkEvent) => void,
    feedback: (feedback: SinkFeedback) => void,
  ) {
    this.#scheduler = scheduler;
    this.#isDryRun = isDryRun;
    this.#report = report;
    this.#feedback = feedback;
  }

  /** Told when it changes. */
  state(state: SinkState, reason: string): void {
    const text = `${state} ${reason}`;
    if (text === this.#lastState) return;
    this.#lastState = text;
    this.#report({ kind: 'state', sink: IPVS, state, peerVersion: null, reason });
    this.#feedback({ kind: 'ipvs', state });
  }

  table(bases: ReadonlyMap<string, BaseWeight>, missing: ReadonlySet<string>): void {
    this.#feedback({ kind: 'table', bases, missing });
  }

  connections(active: ReadonlyMap<string, number>): void {
    this.#feedback({ kind: 'connections', active });
  }

  /** What became of all that was written for one real server. */
  write({ key, cause, changes }: Write, result: ActionReport['result']): void {
    // Whoever undoes a weight is answered with the same intent, of the same cause: a repair.
    const isRepeat = result === 'sent' && !this.#handedOver.isFirst(cause, key);
    for (const { change } of changes) this.#change(key, change, result, cause, isRepeat);
  }

  #change(
    key: string,
    change: TableChange,
    result: ActionReport['result'],
    cause: Cause,
    isRepeat: boolean,
  ): void {
    if (this.#isDryRun && result === 'sent') return;
    this.#report({
      kind: 'action',
      sink: IPVS,
      action: actions[change.kind],
      keys: [key],
      ...(change.kind === 'remove' ? {} : { weight: change.destination.weight }),
      result,
      command: this.#isDryRun ? '' : loggedChange(change),
      cause,
      ...(isRepeat ? { isRepeat } : {}),
      atMs: this.#scheduler.now(),
    });
    // A weight counts only when it was read back; what was refused is tried again.
    if (result === 'confirmed')
      this.#weightIs(key, change.kind === 'remove' ? 'removed' : change.destination.weight);
  }

  /** It is as it should be, and nothing had to be written. */
  right(key: string, weight: number | 'removed', cause: Cause): void {
    this.#handedOver.isFirst(cause, key);
    this.#report({
      kind: 'action',
      sink: IPVS,
      action: weight === 'removed' ? 'remove' : 'weight',
      keys: [key],
      ...(weight === 'removed' ? {} : { weight }),
      result: 'confirmed',
      command: '',
      cause,
      atMs: this.#scheduler.now(),
    });
    this.#weightIs(key, weight);
  }

  #weightIs(key: string, weight: number | 'removed'): void {
    this.#feedback({ kind: 'weights', weights: new Map([[key, weight]]) });
  }

  notice(level: Notice['level'], event: string, message: string): void {
    this.#report({ kind: 'notice', sink: IPVS, level, event, message });
  }

  /** The same again only after `NOTICE_PERIOD_MS`: for what is tried again and again. */
  trouble(event: string, message: string): void {
    const nowMs = this.#scheduler.now();
    const saidAtMs = this.#saidAtMs.get(event);
    if (saidAtMs !== undefined && nowMs - saidAtMs < NOTICE_PERIOD_MS) return;
    this.#saidAtMs.set(event, nowMs);
    this.notice('error', event, message);
  }

  /** Each line a notice, up to `LINES_MAX`; the others are counted. */
  lines(level: Notice['level'], event: string, lines: readonly string[]): void {
    for (const line of lines.slice(0, LINES_MAX)) this.notice(level, event, line);
    const more = lines.length - LINES_MAX;
    if (more > 0) this.notice(level, event, `and ${more} more of this kind`);
  }
}
