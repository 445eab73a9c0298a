import { LOOK_MS } from './limits.ts';

/** Checks one worker, and kills it where it is stuck. */
export type WatchdogCheck = () => void;

/** One timer that checks all workers, once every `LOOK_MS`: fifty of them cost one wake-up. */
export class Watchdog {
  readonly #watched = new Set<WatchdogCheck>();
  #timer: NodeJS.Timeout | null = null;

  /** Returns what ends the watching; the timer ends with the last one. */
  watch(check: WatchdogCheck): () => void {
    this.#watched.add(check);
    this.#timer ??= setInterval(() => {
      for (const each of this.#watched) each();
    }, LOOK_MS);
    return () => {
      this.#watched.delete(check);
      if (this.#watched.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  }
}
