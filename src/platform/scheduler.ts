import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { nowMs } from './clock.ts';

/**
 * RxJS's own async scheduler reads the wall clock, so a step of 2 s backwards
 * turns a wait of 100 ms into one of 2.1 s. This one is monotonic, and a delay of
 * 0 runs in the same turn of the loop (after the sockets that are ready now)
 * instead of a millisecond later.
 */
export const monotonicScheduler: SchedulerLike = {
  now: nowMs,
  schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delayMs = 0,
    state?: T,
  ): Subscription {
    return new MonotonicAction(work).schedule(state, delayMs);
  },
};

function done(): void {}

class MonotonicAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #work: (this: SchedulerAction<T>, state?: T) => void;
  #cancel = done;

  constructor(work: (this: SchedulerAction<T>, state?: T) => void) {
    super();
    this.#work = work;
    this.add(() => this.#cancel());
  }

  schedule(state?: T, delayMs = 0): Subscription {
    if (this.closed) return this;
    this.#cancel();
    const run = (): void => {
      this.#cancel = done;
      this.#work.call(this, state);
      // Not scheduled again by its own work: this action is over.
      if (this.#cancel === done) this.unsubscribe();
    };
    if (delayMs > 0) {
      const timer = setTimeout(run, delayMs);
      this.#cancel = () => clearTimeout(timer);
    } else {
      const immediate = setImmediate(run);
      this.#cancel = () => clearImmediate(immediate);
    }
    return this;
  }
}
