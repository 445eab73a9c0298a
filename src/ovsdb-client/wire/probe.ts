import type { Clock } from '../clock.ts';

/** Long enough for one turn of the loop, in which waiting bytes are read. */
const LAST_LOOK_MS = 10;

export interface ProbeEvents {
  /** Nothing was received for `probeMs`: send an echo request. */
  readonly ask: () => void;
  /** Nothing was received for another `probeMs`: the server is stuck. */
  readonly dead: () => void;
}

/**
 * Distinguishes an idle server from a stuck one. OVS does the same on tcp and ssl, but
 * on unix sockets the server never asks, so the client must. One timer in all:
 * what is received only moves a number.
 */
export class InactivityProbe {
  readonly #clock: Clock;
  readonly #probeMs: number;
  readonly #events: ProbeEvents;
  #heardMs: number;
  #stage: 'quiet' | 'asked' | 'last look' = 'quiet';
  #cancel: () => void;

  constructor(clock: Clock, probeMs: number, events: ProbeEvents) {
    this.#clock = clock;
    this.#probeMs = probeMs;
    this.#events = events;
    this.#heardMs = clock.nowMs();
    this.#cancel = clock.after(probeMs, () => this.#due());
  }

  received(): void {
    this.#heardMs = this.#clock.nowMs();
    this.#stage = 'quiet';
  }

  stop(): void {
    this.#cancel();
  }

  #due(): void {
    const leftMs = this.#heardMs + this.#probeMs - this.#clock.nowMs();
    switch (this.#stage) {
      case 'quiet':
        if (leftMs > 0) this.#again(leftMs);
        else this.#ask();
        break;
      case 'asked':
        // Had this process itself stood still, the answer may lie unread in the socket.
        this.#stage = 'last look';
        this.#again(LAST_LOOK_MS);
        break;
      case 'last look':
        this.#events.dead();
        break;
    }
  }

  #ask(): void {
    this.#stage = 'asked';
    this.#again(this.#probeMs);
    this.#events.ask();
  }

  #again(delayMs: number): void {
    this.#cancel = this.#clock.after(delayMs, () => this.#due());
  }
}
