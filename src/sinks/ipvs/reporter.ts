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
import { ipvsadmCommand } from './ipvsadm-command.ts';
import { LINES_MAX, NOTICE_PERIOD_MS } from './limits.ts';
import { FirstTime } from '../../platform/first-time.ts';
import { limitNotices } from '../../platform/notice-limiter.ts';
import type { TableChange } from '../../protocol/ipvs/table.ts';
import type { ServerChanges } from './batch.ts';

export const IPVS = 'ipvs';

const actions = { set: 'weight', add: 'add', remove: 'remove' } as const;

/** Turns what happened into events for operators, and then into feedback for the core. */
export class IpvsReporter {
  readonly #scheduler: SchedulerLike;
  readonly #report: (event: SinkEvent) => void;
  readonly #feedback: (feedback: SinkFeedback) => void;
  /** A dry run writes nothing: there is no command to report. */
  readonly #isDryRun: boolean;
  #lastState = '';
  readonly #notifyLimited: (notice: Notice) => void;
  readonly #sent = new FirstTime();

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
    this.#notifyLimited = limitNotices(
      ({ level, event, message }: Notice) => this.notice(level, event, message),
      { max: 1, periodMs: NOTICE_PERIOD_MS, nowMs: () => scheduler.now() },
    );
  }

  /** Reported when it changes. */
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

  /** The result of all changes of one real server. */
  changes({ key, cause, changes }: ServerChanges, result: ActionReport['result']): void {
    // Drift is repaired with the same intent, of the same cause.
    const isRepeat = result === 'sent' && !this.#sent.isFirst(cause, key);
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
      command: this.#isDryRun ? '' : ipvsadmCommand(change),
      cause,
      ...(isRepeat ? { isRepeat } : {}),
      atMs: this.#scheduler.now(),
    });
    // A weight counts once it is confirmed; what was refused is tried again.
    if (result === 'confirmed')
      this.#feedBackWeight(key, change.kind === 'remove' ? 'removed' : change.destination.weight);
  }

  /** The table has this weight already: nothing was written. */
  inSync(key: string, weight: number | 'removed', cause: Cause): void {
    this.#sent.isFirst(cause, key);
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
    this.#feedBackWeight(key, weight);
  }

  #feedBackWeight(key: string, weight: number | 'removed'): void {
    this.#feedback({ kind: 'weights', weights: new Map([[key, weight]]) });
  }

  notice(level: Notice['level'], event: string, message: string): void {
    this.#report({ kind: 'notice', sink: IPVS, level, event, message });
  }

  /** An error that repeats with each attempt: at most once in `NOTICE_PERIOD_MS`. */
  failure(event: string, message: string): void {
    this.#notifyLimited({ level: 'error', event, message });
  }

  /** One notice for each line, up to `LINES_MAX`, and one with the number of the others. */
  lines(level: Notice['level'], event: string, lines: readonly string[]): void {
    for (const line of lines.slice(0, LINES_MAX)) this.notice(level, event, line);
    const more = lines.length - LINES_MAX;
    if (more > 0) this.notice(level, event, `and ${more} more of this kind`);
  }
}
