import type { SchedulerLike, Subscription } from 'rxjs';

/** Work that is done once, after `delayMs`, however often it is scheduled meanwhile. */
export class DelayedTask {
  readonly #scheduler: SchedulerLike;
  readonly #delayMs: number;
  readonly #work: () => void;
  #scheduled: Subscription | null = null;

  constructor(scheduler: SchedulerLike, delayMs: number, work: () => void) {
    this.#scheduler = scheduler;
    this.#delayMs = delayMs;
    this.#work = work;
  }

  schedule(): void {
    this.#scheduled ??= this.#scheduler.schedule(() => {
      // First, because the work may schedule itself again.
      this.#scheduled = null;
      this.#work();
    }, this.#delayMs);
  }

  cancel(): void {
    this.#scheduled?.unsubscribe();
    this.#scheduled = null;
  }
}
