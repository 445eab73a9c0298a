import { LinkedList } from '../../platform/linked-list.ts';
import type { Target, Urgency } from './target.ts';

/** The targets whose probes shall begin as soon as the limits allow. A target is in one queue at most. */
export class Queues {
  readonly #queues: Readonly<Record<Urgency, LinkedList<Target>>> = {
    confirm: new LinkedList(),
    sweep: new LinkedList(),
    due: new LinkedList(),
  };

  push(target: Target, urgency: Urgency): void {
    target.urgency = urgency;
    this.#queues[urgency].push(target.queued);
  }

  /** Before all others that are queued. */
  pushFirst(target: Target): void {
    target.urgency = 'confirm';
    this.#queues.confirm.unshift(target.queued);
  }

  /** The most urgent target; of those whose turn it is only, where no `extra` probe may begin. */
  next(extra: boolean): Target | null {
    const { confirm, sweep, due } = this.#queues;
    const urgent = extra ? (confirm.first ?? sweep.first) : null;
    return (urgent ?? due.first)?.value ?? null;
  }
}
