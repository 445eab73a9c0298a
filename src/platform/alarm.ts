import { nowMs } from './clock.ts';

/** One real timer that can be moved. Its owner closes it. */
export class Alarm {
  readonly #ring: () => void;
  #timer: NodeJS.Timeout | null = null;

  /** `ring` may be called up to a millisecond early: it reads the clock and sets the alarm again. */
  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Rings once at `atMs` instead of when it was to ring before; `Infinity`: not at all. */
  set(atMs: number): void {
    this.close();
    if (atMs === Infinity) return;
    const delayMs = Math.max(1, Math.ceil(atMs - nowMs()));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#ring();
    }, delayMs);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
