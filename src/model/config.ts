import type { SettleRules } from './check.ts';
import type { Route } from './route.ts';
import type { Service } from './service.ts';

/** A whole configuration: checked, defaults filled in, every duration in milliseconds. */
export interface Config {
  readonly node: string;
  readonly startupTimeoutMs: number;
  readonly stateDir: string | null;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly maxWithdraw: WithdrawBudget | null;
  /** The folder of the hook's state files; `null`: carrier alone. */
  readonly ifplugdDir: string | null;
  readonly ovsdb: OvsdbSource;
  readonly signals: readonly Signal[];
  readonly services: readonly Service[];
  readonly routes: readonly Route[];
  readonly exabgp: ExabgpOutput;
}

/** A named thing that has health and is not a service. */
export type Signal = LinkSignal | BfdSignal | LaterSignal;

interface SignalCommon {
  readonly name: string;
  readonly settle: SettleRules;
}

/** A network interface of this node: the hook's word and its carrier. */
export interface LinkSignal extends SignalCommon {
  readonly type: 'link';
  readonly interface: string;
}

/** A BFD session (RFC 5880) that Open vSwitch runs on an interface. */
export interface BfdSignal extends SignalCommon {
  readonly type: 'bfd';
  readonly interface: string;
}

/** A signal type that is validated but not yet brought to life; `run` refuses it. */
export interface LaterSignal extends SignalCommon {
  readonly type: 'exec' | 'execd' | 'plugin';
}

/** Where Open vSwitch's database is, and how its daemon's life is seen. */
export interface OvsdbSource {
  /** `unix:PATH`, `tcp:ADDRESS:PORT` or `ssl:ADDRESS:PORT`. */
  readonly remote: string;
  /** `null`: the daemon is on another machine, and judged by its statistics. */
  readonly vswitchdPidfile: string | null;
  /** For `ssl:` only. */
  readonly tls: OvsdbTlsFiles | null;
}

/** Paths of PEM files, as ovs-vsctl's options of these names. */
export interface OvsdbTlsFiles {
  readonly caCert: string;
  readonly certificate: string | null;
  readonly privateKey: string | null;
}

/** At most `share` of the routes may be withdrawn within any `perMs`. */
export interface WithdrawBudget {
  /** 0 … 1. */
  readonly share: number;
  readonly perMs: number;
}

export type ExabgpOutput =
  | { readonly via: 'off' }
  | ({ readonly via: 'stdio' } & ExabgpLimits)
  | ({ readonly via: 'pipe'; readonly inPath: string; readonly outPath: string } & ExabgpLimits);

export interface ExabgpLimits {
  readonly ackTimeoutMs: number;
  /** Lines that may wait for their acknowledgement at once. */
  readonly window: number;
}
