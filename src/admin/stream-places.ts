import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { FairPlaces } from '../platform/fair-places.ts';
import { failure, type HttpReply } from './reply.ts';
import { closeCode, dropSocket } from './stream-client.ts';

/** The streams of one entrance, shared among its peers, from the request on to the end. */
export class StreamPlaces {
  readonly #places: FairPlaces<Duplex>;
  readonly #opened = new Map<Duplex, WebSocket>();

  constructor(streamsMax: number) {
    this.#places = new FairPlaces(streamsMax);
  }

  /**
   * Takes a stream in, for which a peer that has two more than this one gives one up. `null`: it
   * has its place; else why it has none.
   */
  enter(transport: Duplex, peer: string): HttpReply | null {
    if (this.#places.isFull) {
      const largest = this.#places.largest();
      if (largest === null || largest.count <= this.#places.countOf(peer) + 1) {
        const message = `${this.#places.size} streams are open already: close one, or ask for the status`;
        return failure(503, 'too_many_streams', message, { headers: { 'retry-after': '5' } });
      }
      this.#giveUp(this.#places.oldestOf(largest.peer));
    }
    this.#places.add(transport, peer);
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
    this.#places.delete(transport);
    const socket = this.#opened.get(transport);
    if (socket === undefined) transport.destroy();
    else dropSocket(socket, closeCode.tryAgainLater, 'others need the place');
  }

  #forget(transport: Duplex): void {
    this.#places.delete(transport);
    this.#opened.delete(transport);
  }
}
