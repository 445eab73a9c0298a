import type { Pattern } from './pattern.ts';

/** How results of one signal or check become health (design: Settle). */
export interface SettleRules {
  /** Consecutive `up` results needed to become up. */
  readonly rise: number;
  /** Consecutive `down` results needed to become down. */
  readonly fall: number;
  readonly updelayMs: number;
  readonly downdelayMs: number;
  readonly damping: Damping | null;
  /** How long the last health is kept after the observer was lost. */
  readonly lostHoldMs: number;
  /** What `unknown` means once `lostHoldMs` has passed. */
  readonly onLost: 'down' | 'hold';
}

/** Flap damping after RFC 2439: each fall adds 1 to a penalty that decays with `halfLifeMs`. */
export interface Damping {
  readonly halfLifeMs: number;
  /** Above this penalty the signal is held down … */
  readonly suppress: number;
  /** … until the penalty is below this. */
  readonly reuse: number;
}

/** What a reply must look like. */
export type Expect =
  | { readonly kind: 'none' }
  /** The reply contains these bytes. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'regex'; readonly regex: Pattern };

interface CheckCommon {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** The interval while the check is unsettled. */
  readonly fastIntervalMs: number;
  /** The port to probe, where it is not the one that serves. */
  readonly port: number | null;
  /** Local address to probe from. */
  readonly source: string | null;
  /** Whether failures in one fault domain cause the rest of it to be probed at once. */
  readonly sweep: boolean;
  readonly settle: SettleRules;
}

export interface TcpCheck extends CheckCommon {
  readonly type: 'tcp';
  /** `hold` also keeps one idle connection, as a sentinel. */
  readonly mode: 'connect' | 'hold';
  readonly send: Uint8Array | null;
  readonly expect: Expect;
}

export interface UdpCheck extends CheckCommon {
  readonly type: 'udp';
  readonly send: Uint8Array;
  /** `none`: up unless ICMP says unreachable within `timeoutMs`. */
  readonly expect: Expect;
  /** With `none`: how far apart all such probes of one address are, for its limit of ICMP errors. */
  readonly icmpIntervalMs: number;
}

export interface HttpCheck extends CheckCommon {
  readonly type: 'http' | 'https';
  /** The path to get, `/` by default. */
  readonly path: string;
  /** The Host header and, with TLS, the server name (SNI); `null`: the server's address. */
  readonly host: string | null;
  /** Both ends belong to it. */
  readonly statusFrom: number;
  readonly statusTo: number;
  readonly body: Pattern | null;
  /** Whether the certificate is verified. */
  readonly verify: boolean;
}

export interface DnsCheck extends CheckCommon {
  readonly type: 'dns';
  readonly name: string;
  readonly record: 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SOA' | 'SRV' | 'TXT';
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  /** Whether NOERROR must bring a record of that type. */
  readonly answer: 'record' | 'any';
}

/** A Nagios plugin, started for each result. */
export interface ExecCheck extends CheckCommon {
  readonly type: 'exec';
  /** The program first; `{address}` and `{port}` are not replaced yet. */
  readonly command: readonly string[];
  readonly user: string | null;
}

/** HAProxy's agent-check: the real server sends its state in a line of text. */
export interface AgentCheck extends CheckCommon {
  readonly type: 'agent';
  readonly send: Uint8Array | null;
}

/** grpc.health.v1 over cleartext HTTP/2. */
export interface GrpcCheck extends CheckCommon {
  readonly type: 'grpc';
  /** Empty: the server as a whole. */
  readonly service: string;
}

/** A plugin that watches one real server: it receives `address` and `port` with its options. */
export interface PluginCheck extends CheckCommon {
  readonly type: 'plugin';
  readonly plugin: PluginRun;
}

/** How a plugin is loaded and kept. */
export interface PluginRun {
  /** An absolute path, or the name of a package. */
  readonly module: string;
  /** Where a package is looked for: the configuration file's folder, absolute. */
  readonly folder: string;
  /** Handed to the plugin, and checked by its own schema. */
  readonly options: unknown;
  readonly isolate: 'worker' | 'none';
  /** Without a result for longer than this it is `lost`; `null`: there is no limit. */
  readonly staleAfterMs: number | null;
}

export type Check =
  TcpCheck | UdpCheck | HttpCheck | DnsCheck | ExecCheck | AgentCheck | GrpcCheck | PluginCheck;
