import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { UdpCheck } from '../../model/check.ts';
import { errorText } from './error-text.ts';
import { matches, unexpected } from './expect.ts';
import {
  checkOfType,
  noAnswer,
  UP,
  type ProbeAnswer,
  type Probe,
  type Prober,
  type ProbeTarget,
} from './prober.ts';

/**
 * Sends one datagram from a connected socket, which gets ICMP errors from the kernel
 * and only receives from its own server.
 *
 * UDP does not show which datagram a reply answers. What arrives between probes
 * is read and thrown away; and after a probe that got no answer the socket is
 * replaced, so that a late reply finds a closed port and never answers the next
 * probe. A second reply to an answered probe that arrives during the next one
 * does count: the server that sent it is alive.
 *
 * With `expect: none` a server is up unless the kernel reports an error in time.
 * It reports ICMP port unreachable and prohibited, and missing routes here. It
 * keeps ICMP host and network unreachable to itself (they may pass; only
 * IP_RECVERR, which Node cannot set, would show them), so a whole machine that
 * is gone is found by an expected reply or a tcp check, not by `none`.
 */
export const udpProber = ((target, answered) =>
  new UdpProbe(target, checkOfType(target, 'udp'), answered)) satisfies Prober;

class UdpProbe implements Probe {
  readonly #target: ProbeTarget;
  readonly #check: UdpCheck;
  readonly #answered: (answer: ProbeAnswer) => void;
  #socket: Socket | null = null;
  #isInFlight = false;

  constructor(target: ProbeTarget, check: UdpCheck, answered: (answer: ProbeAnswer) => void) {
    this.#target = target;
    this.#check = check;
    this.#answered = answered;
  }

  start(): void {
    this.#isInFlight = true;
    if (this.#socket === null) this.#open();
    else this.#send(this.#socket);
  }

  expire(): ProbeAnswer {
    this.#isInFlight = false;
    if (this.#check.expect.kind === 'none') return UP;
    this.close();
    return noAnswer(this.#check.timeoutMs);
  }

  cancel(): void {
    if (this.#isInFlight) this.close();
  }

  close(): void {
    this.#isInFlight = false;
    const socket = this.#socket;
    this.#socket = null;
    // The 'error' listener stays: an error after the close must not end the process.
    if (socket !== null) socket.close();
  }

  #open(): void {
    const { address, port } = this.#target;
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    this.#socket = socket;
    socket.on('error', (error) => this.#failed(socket, error));
    socket.on('message', (message) => this.#received(socket, message));
    const connect = (): void => {
      if (socket !== this.#socket) return;
      socket.connect(port, address, (error?: Error) => {
        if (error) this.#failed(socket, error);
        else this.#send(socket);
      });
    };
    const { source } = this.#check;
    if (source === null) connect();
    else socket.bind({ address: source, port: 0, exclusive: true }, connect);
  }

  #send(socket: Socket): void {
    if (socket !== this.#socket || !this.#isInFlight) return;
    socket.send(this.#check.send, (error) => {
      if (error) this.#failed(socket, error);
    });
  }

  #received(socket: Socket, message: Buffer): void {
    const { expect } = this.#check;
    if (socket !== this.#socket || !this.#isInFlight || expect.kind === 'none') return;
    this.#end(matches(expect, message) ? UP : unexpected(message));
  }

  #failed(socket: Socket, error: NodeJS.ErrnoException): void {
    if (socket !== this.#socket) return;
    const wasInFlight = this.#isInFlight;
    // A refusal leaves the socket as it was; after anything else it may be of no use.
    if (error.code !== 'ECONNREFUSED') this.close();
    if (wasInFlight) this.#end(errorText(error, this.#check.source));
  }

  #end(answer: ProbeAnswer): void {
    this.#isInFlight = false;
    this.#answered(answer);
  }
}
