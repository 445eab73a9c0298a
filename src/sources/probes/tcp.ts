import type { Socket } from 'node:net';
import type { TcpCheck } from '../../model/check.ts';
import { connectTcp, dropTcp, type TcpEndpoint } from '../../platform/sockets.ts';
import { errorText } from './error-text.ts';
import { ANSWER_MAX_BYTES, matches, unexpected } from './expect.ts';
import {
  checkOfType,
  endpointOf,
  late,
  UP,
  type ProbeAnswer,
  type Probe,
  type Prober,
  type ProbeTarget,
} from './prober.ts';

/**
 * Connects and closes by reset. With `send` and `expect` the connection must
 * also give the expected answer within the same time-out.
 */
export const tcpProber = ((target, answered) =>
  new TcpProbe(target, checkOfType(target, 'tcp'), answered)) satisfies Prober;

class TcpProbe implements Probe {
  readonly #to: TcpEndpoint;
  readonly #check: TcpCheck;
  readonly #answered: (answer: ProbeAnswer) => void;
  /** The connection of the probe in flight. */
  #socket: Socket | null = null;
  #received: Buffer | null = null;

  constructor(target: ProbeTarget, check: TcpCheck, answered: (answer: ProbeAnswer) => void) {
    this.#to = endpointOf(target);
    this.#check = check;
    this.#answered = answered;
  }

  start(): void {
    const socket = connectTcp(this.#to);
    this.#socket = socket;
    socket.on('connect', () => this.#connected(socket));
    // Stays for ever: an error after the end of the probe must not end the process.
    socket.on('error', (error) => this.#end(socket, errorText(error, this.#to.source)));
  }

  expire(): ProbeAnswer {
    const answer = this.#late();
    this.cancel();
    return answer;
  }

  cancel(): void {
    if (this.#socket !== null) dropTcp(this.#socket);
    this.#socket = null;
    this.#received = null;
  }

  close(): void {
    this.cancel();
  }

  #late(): ProbeAnswer {
    if (this.#received !== null) return unexpected(this.#received);
    return late(this.#socket, this.#check.timeoutMs);
  }

  #connected(socket: Socket): void {
    const { send, expect } = this.#check;
    if (expect.kind === 'none') {
      if (send === null) this.#end(socket, UP);
      else socket.write(send, () => this.#end(socket, UP));
      return;
    }
    if (send !== null) socket.write(send);
    socket.on('data', (chunk) => this.#read(socket, chunk));
    socket.on('end', () => this.#end(socket, this.#closedByPeer()));
  }

  #read(socket: Socket, chunk: Buffer): void {
    if (socket !== this.#socket) return;
    const received = this.#received === null ? chunk : Buffer.concat([this.#received, chunk]);
    this.#received = received.subarray(0, ANSWER_MAX_BYTES);
    if (matches(this.#check.expect, this.#received)) this.#end(socket, UP);
    else if (received.length >= ANSWER_MAX_BYTES) this.#end(socket, unexpected(received));
  }

  #closedByPeer(): ProbeAnswer {
    if (this.#received !== null) return unexpected(this.#received);
    return { state: 'down', reason: 'closed by peer' };
  }

  #end(socket: Socket, answer: ProbeAnswer): void {
    if (socket !== this.#socket) return;
    this.cancel();
    this.#answered(answer);
  }
}
