import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { FairPlaces } from '../platform/fair-places.ts';
import { failure, type HttpReply } from './reply.ts';
import { closeCode, dropSocket } from './stream-client.ts';

/** The streams of one listener, shared among its peers, from the request on to the end. */
export class StreamSlots {
  readonly #slots: FairPlaces<Duplex>;
  readonly #opened = new Map<Duplex, WebSocket>();

  constructor(streamsMax: number) {
    this.#slots = new FairPlaces(streamsMax);
  }

  /**
   * Takes a stream in, for which a peer that has two more than this one gives one up. `null`: it
   * has a slot; else why it was refused.
   */
  enter(transport: Duplex, peer: string): HttpReply | null {
    if (this.#slots.isFull) {
      const largest = this.#slots.largest();
      if (largest === null || largest.count <= this.#slots.countOf(peer) + 1) {
        const message = `${this.#slots.size} streams are open already: close one, or ask for the status`;
        return failure(503, 'too_many_streams', message, { headers: { 'retry-after': '5' } });
      }
      this.#giveUp(this.#slots.oldestOf(largest.peer));
    }
    this.#slots.add(transport, peer);
    transport.once('close', () => this.#forget(transport));
    return null;
  }

  /** Its handshake is done. */
  opened(transport: Duplex, socket: WebSocket): void {
    this.#opened.set(transport, socket);
  }

  /** Ends all. */
  close(): void {
    for (const socket of this.#opened.values()) {
      dropSocket(socket, closeCode.goingAway, 'the daemon stops');
    }
  }

  #giveUp(transport: Duplex | null): void {
    if (transport === null) return;
    // It may take its time to close, and does not count meanwhile.
    this.#slots.delete(transport);
    const socket = this.#opened.get(transport);
    if (socket === undefined) transport.destroy();
    else dropSocket(socket, closeCode.tryAgainLater, 'other clients need the slot');
  }

  #forget(transport: Duplex): void {
    this.#slots.delete(transport);
    this.#opened.delete(transport);
  }
}
