import { LOOK_MS } from './limits.ts';

/** One that must show signs of life. Looks at it, and acts where there are none. */
export type WatchdogCheck = () => void;

/** One timer that looks at all workers, once every `LOOK_MS`: fifty of them cost one wake-up. */
export class Watchdog {
  readonly #watched = new Set<WatchdogCheck>();
  #timer: NodeJS.Timeout | null = null;

  /** Returns what ends the watching; the timer ends with the last one. */
  watch(look: WatchdogCheck): () => void {
    this.#watched.add(look);
    this.#timer ??= setInterval(() => {
      for (const each of this.#watched) each();
    }, LOOK_MS);
    return () => {
      this.#watched.delete(look);
      if (this.#watched.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  }
}
