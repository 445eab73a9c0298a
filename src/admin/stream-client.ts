import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** Events that may wait for a client; at 5,000 a second this is about two seconds of them. */
export const WAITING_MAX_BYTES = 2 << 20;

/** How long a dropped client has to take the reason. */
const CLOSE_MS = 2_000;

/** Frames a client may send between two looks: it has nothing to say but pong. */
const FRAMES_MAX = 100;

/** Close codes (RFC 6455, and the registry of IANA). */
export const closeCode = { goingAway: 1001, policy: 1008, tryAgainLater: 1013 } as const;

interface Batch {
  readonly bytes: Buffer;
  readonly toSeq: number;
}

/** Says why, behind what was not taken yet: who does not read at all is cut off soon. */
export function dropSocket(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason);
  const timer = setTimeout(() => socket.terminate(), CLOSE_MS);
  socket.once('close', () => clearTimeout(timer));
}

/**
 * One listener. Its owner is the socket: whatever ends that ends this.
 *
 * What it has not taken yet is counted, and beyond the limit it is dropped with
 * code 1013: a slow client costs its own connection and nothing else.
 */
export class StreamClient {
  readonly #socket: WebSocket;
  readonly #transport: Duplex;
  readonly #gone: () => void;
  readonly #alive: NodeJS.Timeout;
  #waitingBytes = 0;
  #frames = 0;
  #isAlive = true;
  /** What happened while the snapshot was made; `null` when it was sent. */
  #backlog: Batch[] | null = [];

  constructor(socket: WebSocket, transport: Duplex, gone: () => void, aliveMs: number) {
    this.#socket = socket;
    this.#transport = transport;
    this.#gone = gone;
    this.#alive = setInterval(() => this.#look(), aliveMs);
    socket.on('close', () => this.#end());
    // ws closes after an error by itself, with the fitting code.
    socket.on('error', () => {});
    socket.on('pong', () => {
      this.#isAlive = true;
      this.#count();
    });
    socket.on('ping', (data) => {
      this.#count();
      if (this.#isOpen()) socket.pong(data);
    });
    socket.on('message', () => this.#count());
  }

  /** Sends the state to start from, and what happened since. */
  begin(snapshot: Buffer, seq: number): void {
    const backlog = this.#backlog ?? [];
    this.#backlog = null;
    this.#waitingBytes = 0;
    if (!this.#isOpen()) return;
    // Not counted as waiting: it is as large as it is, and may take its time until the next look.
    this.#transport.write(snapshot);
    for (const batch of backlog) if (batch.toSeq > seq) this.#send(batch.bytes);
  }

  /** A batch of whole frames: the events up to `toSeq`. */
  events(bytes: Buffer, toSeq: number): void {
    if (this.#backlog === null) return this.#send(bytes);
    this.#backlog.push({ bytes, toSeq });
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > WAITING_MAX_BYTES) this.#drop(closeCode.tryAgainLater, 'too slow');
  }

  refuse(reason: string): void {
    this.#drop(closeCode.tryAgainLater, reason);
  }

  #send(bytes: Buffer): void {
    if (!this.#isOpen()) return;
    this.#waitingBytes += bytes.length;
    this.#transport.write(bytes, () => {
      this.#waitingBytes -= bytes.length;
    });
    if (this.#waitingBytes > WAITING_MAX_BYTES) this.#drop(closeCode.tryAgainLater, 'too slow');
  }

  #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #look(): void {
    if (!this.#isAlive) return this.#socket.terminate();
    this.#isAlive = false;
    this.#frames = 0;
    if (this.#isOpen()) this.#socket.ping();
  }

  #count(): void {
    this.#frames += 1;
    if (this.#frames > FRAMES_MAX) this.#drop(closeCode.policy, 'this stream accepts no messages');
  }

  #drop(code: number, reason: string): void {
    if (!this.#isOpen()) return;
    this.#gone();
    dropSocket(this.#socket, code, reason);
  }

  #end(): void {
    clearInterval(this.#alive);
    this.#gone();
  }
}
