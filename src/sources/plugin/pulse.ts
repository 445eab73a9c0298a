import { BEAT_MS } from './limits.ts';

/** One that must show signs of life. Looks at its counters, and acts where they stand still. */
export type Watched = () => void;

/** One timer that looks at all workers, once a beat: fifty of them cost one wake-up. */
export class Pulse {
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | null = null;

  /** Returns what ends the watching; the timer ends with the last one. */
  watch(look: Watched): () => void {
    this.#watched.add(look);
    this.#timer ??= setInterval(() => {
      for (const each of this.#watched) each();
    }, BEAT_MS);
    return () => {
      this.#watched.delete(look);
      if (this.#watched.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  }
}
