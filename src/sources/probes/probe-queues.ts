import { LinkedList } from '../../platform/linked-list.ts';
import type { ScheduledTarget, Urgency } from './scheduled-target.ts';

/** The targets whose probes shall begin as soon as the limits allow. A target is in one queue at most. */
export class ProbeQueues {
  readonly #queues: Readonly<Record<Urgency, LinkedList<ScheduledTarget>>> = {
    confirm: new LinkedList(),
    sweep: new LinkedList(),
    due: new LinkedList(),
  };

  push(target: ScheduledTarget, urgency: Urgency): void {
    target.urgency = urgency;
    this.#queues[urgency].push(target.queued);
  }

  /** Before all others that are queued. */
  pushFirst(target: ScheduledTarget): void {
    target.urgency = 'confirm';
    this.#queues.confirm.unshift(target.queued);
  }

  /** The most urgent target; of those whose turn it is only, where no `extra` probe may begin. */
  next(extra: boolean): ScheduledTarget | null {
    const { confirm, sweep, due } = this.#queues;
    const urgent = extra ? (confirm.first ?? sweep.first) : null;
    return (urgent ?? due.first)?.value ?? null;
  }
}
