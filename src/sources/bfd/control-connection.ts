import { createConnection, type Socket } from 'node:net';
import { pidfileErrorCode, unreachableReason } from './pidfile.ts';

/** From an answer to the next question. */
export const ASK_MS = 1000;
/** A healthy vswitchd answers in 7 ms; while it makes many ports it may take a second. */
export const ANSWER_MS = 1250;
/** Had this process itself stood still, the answer may lie unread in the socket. */
const LAST_LOOK_MS = 10;

export interface ControlEvents {
  /** It answered. */
  answered(): void;
  /** It did not answer in time; it may yet. */
  silent(): void;
  /** The connection ended, or never began. Nothing follows. */
  gone(reason: string): void;
}

/**
 * One connection to vswitchd's control socket, on which it is asked for its version
 * again and again (JSON-RPC, as ovs-appctl(8) does). The kernel closes the
 * connection in the instant vswitchd dies; a missing answer shows that it hangs.
 */
export class ControlConnection {
  readonly #socket: Socket;
  readonly #events: ControlEvents;
  #timer: NodeJS.Timeout | null = null;
  #question = 0;
  #waiting = false;
  #ended = false;

  constructor(path: string, events: ControlEvents) {
    this.#events = events;
    this.#socket = createConnection({ path });
    this.#socket.on('connect', () => this.#ask());
    this.#socket.on('data', () => this.#heard());
    this.#socket.on('error', (error) => this.#end(unreachableReason(pidfileErrorCode(error))));
    this.#socket.on('end', () => this.#end(unreachableReason('ECONNRESET')));
    this.#socket.on('close', () => this.#end(unreachableReason('ECONNRESET')));
  }

  /** Ends it without a word. */
  close(): void {
    this.#ended = true;
    this.#cancel();
    this.#socket.destroy();
  }

  #ask(): void {
    this.#question += 1;
    this.#waiting = true;
    this.#socket.write(JSON.stringify({ method: 'version', params: [], id: this.#question }));
    this.#after(ANSWER_MS, () => this.#after(LAST_LOOK_MS, () => this.#events.silent()));
  }

  /** What it answers does not matter, nor does its length: nothing of it is kept. */
  #heard(): void {
    if (!this.#waiting || this.#ended) return;
    this.#waiting = false;
    this.#after(ASK_MS, () => this.#ask());
    this.#events.answered();
  }

  #end(reason: string): void {
    if (this.#ended) return;
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
