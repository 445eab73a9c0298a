import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { nowMs } from './clock.ts';
import { StallAwareAlarm } from './loop-time.ts';

/**
 * RxJS's own async scheduler reads the wall clock, so a step of 2 s backwards
 * turns a wait of 100 ms into one of 2.1 s. This one is monotonic, and a delay of
 * 0 runs in the same turn of the loop (after the sockets that are ready now)
 * instead of a millisecond later.
 */
export const monotonicScheduler: SchedulerLike = schedulerWith(afterTime);

const patientScheduler: SchedulerLike = schedulerWith(afterLoopTime);

/** For time-outs: the same scheduler, but its delays stand still in a stall of our own loop. */
export function patient(scheduler: SchedulerLike): SchedulerLike {
  return scheduler === monotonicScheduler ? patientScheduler : scheduler;
}

/** Calls once after the delay. @returns cancels it. */
type After = (ring: () => void, delayMs: number) => () => void;

function afterTime(ring: () => void, delayMs: number): () => void {
  const timer = setTimeout(ring, delayMs);
  return () => clearTimeout(timer);
}

function afterLoopTime(ring: () => void, delayMs: number): () => void {
  const alarm = new StallAwareAlarm(ring);
  alarm.set(delayMs);
  return () => alarm.close();
}

function schedulerWith(after: After): SchedulerLike {
  return {
    now: nowMs,
    schedule<T>(
      work: (this: SchedulerAction<T>, state?: T) => void,
      delayMs = 0,
      state?: T,
    ): Subscription {
      return new MonotonicAction(work, after).schedule(state, delayMs);
    },
  };
}

function done(): void {}

class MonotonicAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #work: (this: SchedulerAction<T>, state?: T) => void;
  readonly #after: After;
  #cancel = done;

  constructor(work: (this: SchedulerAction<T>, state?: T) => void, after: After) {
    super();
    this.#work = work;
    this.#after = after;
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
      this.#cancel = this.#after(run, delayMs);
    } else {
      const immediate = setImmediate(run);
      this.#cancel = () => clearImmediate(immediate);
    }
    return this;
  }
}
