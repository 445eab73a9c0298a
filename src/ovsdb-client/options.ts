import { systemClock, type Clock } from './clock.ts';
import { Fault } from './fault.ts';
import { parseRemote, type Remote } from './remote.ts';
import type { ClientState } from './state.ts';
import { tlsSettings, type TlsOptions, type TlsSettings } from './wire/tls.ts';

export interface OvsdbClientOptions {
  /** `unix:PATH`, `tcp:HOST:PORT` or `ssl:HOST:PORT`, as OVS writes it. */
  readonly remote: string;
  /** Needed for ssl: the CA, and our own certificate. */
  readonly tls?: TlsOptions;
  /**
   * Milliseconds without a byte from the server before an echo is sent, and again before the
   * connection is dropped; default 5000.
   */
  readonly probeMs?: number;
  /** Milliseconds from the first packet to the first reply, TLS included; default 5000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds for the reply to any request; default 30,000. */
  readonly requestTimeoutMs?: number;
  /** The longest message that is read from the server, in bytes; default 64 MiB. A longer one drops the connection. */
  readonly messageMaxBytes?: number;
  /** Called at each change of `client.state`. */
  readonly onState?: (state: ClientState) => void;
  /** For the jitter; default `Math.random`. */
  readonly random?: () => number;
  /** For tests; default the system's monotonic time. */
  readonly clock?: Clock;
}

/** All options, with the remote read. */
export interface Settings {
  readonly remote: Remote;
  readonly tls: TlsSettings | null;
  readonly probeMs: number;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly messageMaxBytes: number;
  readonly onState: (state: ClientState) => void;
  readonly random: () => number;
  readonly clock: Clock;
}

/** Throws a TypeError where the program asks for what can never work. */
export function settingsOf(options: OvsdbClientOptions): Settings {
  const remote = parseRemote(options.remote);
  if (remote instanceof Fault) throw new TypeError(remote.reason);
  const tls = options.tls === undefined ? null : tlsSettings(options.tls);
  if (remote.kind === 'ssl' && tls === null) {
    throw new TypeError('an ssl remote needs the option tls with the CA of its certificate');
  }
  return {
    remote,
    tls,
    probeMs: options.probeMs ?? 5000,
    connectTimeoutMs: options.connectTimeoutMs ?? 5000,
    requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
    messageMaxBytes: options.messageMaxBytes ?? 64 * 1024 * 1024,
    onState: options.onState ?? (() => {}),
    random: options.random ?? Math.random,
    clock: options.clock ?? systemClock,
  };
}
