import type { Clock } from '../clock.ts';
import type { RpcError } from './json-rpc.ts';

/** Requests that may wait for their reply at once. */
export const PENDING_MAX = 1000;

/** How a request ended. */
export type Reply =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly error: RpcError }
  /** No reply: too late, the connection was lost, or the request was never sent. */
  | { readonly kind: 'failed'; readonly reason: string };

export type Done = (reply: Reply) => void;

interface Waiting {
  readonly done: Done;
  readonly cancelTimer: () => void;
}

/** The requests of one connection that wait for their reply. */
export class PendingRequests {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #waiting = new Map<unknown, Waiting>();
  #lastId = 0;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  get full(): boolean {
    return this.#waiting.size >= PENDING_MAX;
  }

  /** Returns the id to send. */
  add(method: string, done: Done): number {
    this.#lastId += 1;
    const id = this.#lastId;
    const cancelTimer = this.#clock.after(this.#timeoutMs, () => {
      const reason = `no answer to ${method} within ${this.#timeoutMs} ms`;
      this.settle(id, { kind: 'failed', reason });
    });
    this.#waiting.set(id, { done, cancelTimer });
    return id;
  }

  /** A reply to nothing is ignored: it is late. */
  settle(id: unknown, reply: Reply): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    waiting.cancelTimer();
    waiting.done(reply);
  }

  failAll(reason: string): void {
    for (const id of this.#waiting.keys()) this.settle(id, { kind: 'failed', reason });
  }
}
