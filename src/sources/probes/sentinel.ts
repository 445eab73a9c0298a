import type { Socket } from 'node:net';
import type { Notice } from '../../model/notice.ts';
import { connectTcp, dropTcp } from '../../platform/sockets.ts';
import { errorText } from './error-text.ts';
import type { ProbeTarget } from './prober.ts';
import type { SentinelSlots } from './sentinel-slots.ts';

/** A server that closes an idle connection this soon wants none. */
export const CLOSED_AT_ONCE_MS = 1000;
/** … and neither does one that does it this often, … */
export const CLOSURES_MAX = 3;
/** … unless it kept each of them this long. */
export const KEPT_LONG_MS = 10 * 60_000;
/** When such a server is given a sentinel again. */
export const HOLD_PAUSE_MS = 60 * 60_000;
/**
 * Without keepalive a connection that a firewall forgot, or whose server was
 * replaced, would stay open for ever without an event. TCP keepalive ends it.
 */
const KEEPALIVE_MS = 60_000;
/** A sentinel discards what a server sends unasked (a banner), up to this much. */
export const UNASKED_MAX_BYTES = 64 * 1024;

export interface SentinelDeps {
  readonly nowMs: () => number;
  readonly notify: (notice: Notice) => void;
  /** The connection ended, and not by us: perhaps the server did. */
  readonly hint: () => void;
  /** A connection is held with one of these only. */
  readonly slots: SentinelSlots;
}

/** What the schedule needs of a sentinel. */
export type HeldSentinel = Pick<Sentinel, 'keep' | 'confirmed' | 'down' | 'close'>;

/**
 * One idle connection to a server, in addition to its probes. Its end is only a hint:
 * servers close idle connections too, so the owner probes at once and passes the
 * result to `confirmed`. A server that closes idle connections
 * is probed without a sentinel from then on.
 */
export class Sentinel {
  readonly #target: ProbeTarget;
  readonly #deps: SentinelDeps;
  #socket: Socket | null = null;
  #openedAtMs = 0;
  #unaskedBytes = 0;
  /** How long the last connection was kept by the server. */
  #keptMs = 0;
  #closures = 0;
  #notBeforeMs = -Infinity;

  constructor(target: ProbeTarget, deps: SentinelDeps) {
    this.#target = target;
    this.#deps = deps;
  }

  /** Connects, where no connection is and one may be held. Called after a scheduled success, which paces it. */
  keep(): void {
    if (this.#socket !== null || this.#deps.nowMs() < this.#notBeforeMs) return;
    if (!this.#deps.slots.take()) return;
    const { address, port, check } = this.#target;
    const socket = connectTcp({ address, port, source: check.source });
    this.#socket = socket;
    this.#openedAtMs = this.#deps.nowMs();
    this.#unaskedBytes = 0;
    socket.on('connect', () => socket.setKeepAlive(true, KEEPALIVE_MS));
    socket.on('data', (chunk) => this.#unasked(socket, chunk.length));
    socket.on('end', () => this.#lost(socket));
    socket.on('error', (error) => this.#failed(socket, error));
  }

  /** The result of the probes that followed the hint. */
  confirmed(state: 'up' | 'down'): void {
    if (state === 'down' || this.#keptMs >= KEPT_LONG_MS) {
      this.#closures = 0;
      return;
    }
    this.#closures += 1;
    if (this.#keptMs < CLOSED_AT_ONCE_MS) this.#giveUp('closes idle connections at once');
    else if (this.#closures >= CLOSURES_MAX) this.#giveUp('closes idle connections');
  }

  /**
   * The server is down: the connection is of no use to it. What looked like a
   * closure of its own may have been its end, connections first, listening last.
   */
  down(): void {
    this.#closures = 0;
    this.close();
  }

  /** Ends the connection, without a hint. */
  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    dropTcp(socket);
    this.#deps.slots.free();
  }

  #unasked(socket: Socket, bytes: number): void {
    if (socket !== this.#socket) return;
    this.#unaskedBytes += bytes;
    if (this.#unaskedBytes <= UNASKED_MAX_BYTES) return;
    this.close();
    this.#giveUp('sends without being asked');
  }

  #failed(socket: Socket, error: NodeJS.ErrnoException): void {
    if (socket !== this.#socket) return;
    // What this node lacks is no hint about the server: try again after the next success.
    if (errorText(error, this.#target.check.source).state === 'lost') this.close();
    else this.#lost(socket);
  }

  #lost(socket: Socket): void {
    if (socket !== this.#socket) return;
    this.close();
    this.#keptMs = this.#deps.nowMs() - this.#openedAtMs;
    this.#deps.hint();
  }

  #giveUp(why: string): void {
    this.#closures = 0;
    this.#notBeforeMs = this.#deps.nowMs() + HOLD_PAUSE_MS;
    this.#deps.notify({
      level: 'warn',
      event: 'sentinel_closed_by_server',
      message: `${this.#target.key} ${why}: mode: hold is disabled for it for ${HOLD_PAUSE_MS / 60_000} minutes`,
    });
  }
}
