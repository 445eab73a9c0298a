import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { Fault } from '../fault.ts';
import type { Json } from '../json.ts';
import { InactivityProbe } from './probe.ts';
import type { Remote } from '../remote.ts';
import { failureInWords } from './failure.ts';
import { Framer } from './framing.ts';
import { encodeError, encodeRequest, encodeResult, parseMessage } from './json-rpc.ts';
import { PENDING_MAX, PendingRequests, type Done } from './pending.ts';
import { openSocket } from './socket.ts';
import type { TlsSettings } from './tls.ts';

/** What may lie unsent in our own process before the server is taken as stuck. */
const UNSENT_MAX_BYTES = 64 * 1024 * 1024;

export interface ConnectionOptions {
  readonly remote: Remote;
  readonly tls: TlsSettings | null;
  readonly probeMs: number;
  readonly requestTimeoutMs: number;
  readonly messageMaxBytes: number;
  readonly clock: Clock;
}

export interface ConnectionEvents {
  /** Requests may be sent. */
  readonly open: () => void;
  readonly notification: (method: string, params: readonly unknown[]) => void;
  /** Once, and last; not after `close()`. */
  readonly lost: (reason: string) => void;
}

/** One connection from its first packet to its end; it is never used again after that. */
export class Connection {
  readonly #events: ConnectionEvents;
  readonly #socket: Socket;
  readonly #framer: Framer;
  readonly #pending: PendingRequests;
  readonly #probe: InactivityProbe;
  #isEnded = false;
  /** Bytes can be sent; some came; one whole message was understood. Until then it may be any server. */
  #isOpened = false;
  #wasHeard = false;
  #isUnderstood = false;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#events = events;
    this.#framer = new Framer(options.messageMaxBytes);
    this.#pending = new PendingRequests(options.clock, options.requestTimeoutMs);
    this.#probe = new InactivityProbe(options.clock, options.probeMs, {
      ask: () => this.request('echo', [], () => {}),
      dead: () => this.drop(`no answer to an echo within ${options.probeMs} ms`),
    });
    this.#socket = openSocket(options.remote, options.tls, () => this.#open());
    this.#socket.on('data', (chunk: Buffer) => this.#received(chunk));
    this.#socket.on('error', (error) => this.drop(failureInWords(error)));
    this.#socket.on('end', () => this.drop(this.#closedInWords()));
    this.#socket.on('close', () => this.drop('connection closed'));
  }

  /** `done` is called once, whatever happens, in the order of the server's replies. */
  request(method: string, params: readonly Json[], done: Done): void {
    if (this.#isEnded) done({ kind: 'failed', reason: 'not connected' });
    else if (this.#pending.full) {
      done({ kind: 'failed', reason: `${PENDING_MAX} requests wait for a reply already` });
    } else this.#write(encodeRequest(this.#pending.add(method, done), method, params));
  }

  /** Closes the connection and reports the reason. */
  drop(reason: string): void {
    if (this.#isEnded) return;
    const shown = this.#wasHeard && !this.#isUnderstood ? `not an OVSDB server: ${reason}` : reason;
    this.#end(shown);
    this.#events.lost(shown);
  }

  /** Ends it without a word to the owner. */
  close(): void {
    if (!this.#isEnded) this.#end('closed');
  }

  #open(): void {
    this.#isOpened = true;
    this.#events.open();
  }

  #closedInWords(): string {
    if (!this.#isOpened) return 'closed by the server during the TLS handshake';
    return this.#isUnderstood ? 'closed by the server' : 'closed by the server before it answered';
  }

  #end(reason: string): void {
    this.#isEnded = true;
    this.#probe.stop();
    this.#socket.destroy();
    this.#pending.failAll(reason);
  }

  #received(chunk: Buffer): void {
    this.#wasHeard = true;
    this.#probe.received();
    const { messages, fault } = this.#framer.push(chunk);
    for (const message of messages) {
      if (this.#isEnded) return;
      this.#handle(message);
    }
    if (fault !== null) this.drop(fault.reason);
  }

  #handle(json: unknown): void {
    const message = parseMessage(json);
    if (message instanceof Fault) {
      this.drop(message.reason);
      return;
    }
    this.#isUnderstood = true;
    switch (message.kind) {
      case 'result':
      case 'error':
        this.#pending.settle(message.id, message);
        break;
      case 'request':
        if (message.method === 'echo') this.#write(encodeResult(message.id, message.params));
        else this.#write(encodeError(message.id, 'unknown method'));
        break;
      case 'notification':
        this.#events.notification(message.method, message.params);
        break;
    }
  }

  #write(text: string): void {
    this.#socket.write(text);
    if (this.#socket.writableLength > UNSENT_MAX_BYTES) this.drop('the server does not read');
  }
}
