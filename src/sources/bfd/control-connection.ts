import { createConnection, type Socket } from 'node:net';
import { pidfileErrorCode, unreachableReason } from './pidfile.ts';

/** From a reply to the next request. */
export const ASK_MS = 1000;
/** A healthy vswitchd replies in 7 ms; while it adds many ports it may take a second. */
export const ANSWER_MS = 1250;
/** After a stall of our own event loop the reply may wait unread in the socket. */
const LAST_LOOK_MS = 10;

export interface ControlEvents {
  /** A reply came. */
  answered(): void;
  /** No reply came in time; one may still come. */
  unresponsive(): void;
  /** The connection ended, or could not be made. Always the last event. */
  gone(reason: string): void;
}

/**
 * One connection to vswitchd's control socket, on which it is asked for its version
 * again and again (JSON-RPC, as ovs-appctl(8) does). The kernel closes the
 * connection at the moment vswitchd dies; a missing reply shows that it hangs.
 */
export class ControlConnection {
  readonly #socket: Socket;
  readonly #events: ControlEvents;
  #timer: NodeJS.Timeout | null = null;
  #requestId = 0;
  #isWaiting = false;
  #isEnded = false;

  constructor(path: string, events: ControlEvents) {
    this.#events = events;
    this.#socket = createConnection({ path });
    this.#socket.on('connect', () => this.#ask());
    this.#socket.on('data', () => this.#replied());
    this.#socket.on('error', (error) => this.#end(unreachableReason(pidfileErrorCode(error))));
    this.#socket.on('end', () => this.#end(unreachableReason('ECONNRESET')));
    this.#socket.on('close', () => this.#end(unreachableReason('ECONNRESET')));
  }

  /** Closes it without an event. */
  close(): void {
    this.#isEnded = true;
    this.#cancel();
    this.#socket.destroy();
  }

  #ask(): void {
    this.#requestId += 1;
    this.#isWaiting = true;
    this.#socket.write(JSON.stringify({ method: 'version', params: [], id: this.#requestId }));
    this.#after(ANSWER_MS, () => this.#after(LAST_LOOK_MS, () => this.#events.unresponsive()));
  }

  /** Neither the content nor the length of a reply matters: nothing of it is kept. */
  #replied(): void {
    if (!this.#isWaiting || this.#isEnded) return;
    this.#isWaiting = false;
    this.#after(ASK_MS, () => this.#ask());
    this.#events.answered();
  }

  #end(reason: string): void {
    if (this.#isEnded) return;
    this.close();
    this.#events.gone(reason);
  }

  #after(delayMs: number, work: () => void): void {
    this.#cancel();
    this.#timer = setTimeout(work, delayMs);
  }

  #cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
