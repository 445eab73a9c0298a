import type { PluginRun, SettleRules } from './check.ts';
import type { Route } from './route.ts';
import type { Service } from './service.ts';

/** A whole configuration: checked, defaults filled in, every duration in milliseconds. */
export interface Config {
  readonly node: string;
  /** All nodes of the site, this one among them; this one alone where they are not named. */
  readonly nodes: readonly string[];
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
  readonly ipvs: IpvsOutput;
  /** Where HAProxy's agent-checks are answered; `null`: nowhere. */
  readonly agent: ListenAddress | null;
  /** The folder of keepalived's track files; `null`: none are written. */
  readonly trackFilesDir: string | null;
  readonly admin: AdminConfig;
}

/** A named thing that has health and is not a service. */
export type Signal = LinkSignal | BfdSignal | ExecSignal | ExecdSignal | PluginSignal;

interface SignalCommon {
  readonly name: string;
  readonly settle: SettleRules;
}

/** A network interface of this node: the state files of the hook and its carrier. */
export interface LinkSignal extends SignalCommon {
  readonly type: 'link';
  readonly interface: string;
}

/** A BFD session (RFC 5880) that Open vSwitch runs on an interface. */
export interface BfdSignal extends SignalCommon {
  readonly type: 'bfd';
  readonly interface: string;
}

/** A Nagios plugin, started every `intervalMs`, and every `fastIntervalMs` while it is unsettled. */
export interface ExecSignal extends SignalCommon {
  readonly type: 'exec';
  readonly command: readonly string[];
  readonly intervalMs: number;
  readonly fastIntervalMs: number;
  readonly timeoutMs: number;
  readonly user: string | null;
}

/** A child that keeps running and prints lines (design: Plugins). */
export interface ExecdSignal extends SignalCommon {
  readonly type: 'execd';
  readonly command: readonly string[];
  /** `poll`: one line on its stdin asks for a result, every `intervalMs`; `self`: it prints results on its own. */
  readonly trigger: 'poll' | 'self';
  readonly intervalMs: number;
  readonly fastIntervalMs: number;
  /** How long an answer may take, with `poll`. */
  readonly timeoutMs: number;
  readonly staleAfterMs: number | null;
  readonly user: string | null;
}

export interface PluginSignal extends SignalCommon {
  readonly type: 'plugin';
  readonly plugin: PluginRun;
}

/** Where Open vSwitch's database is, and how its daemon is watched. */
export interface OvsdbSource {
  /** `unix:PATH`, `tcp:ADDRESS:PORT` or `ssl:ADDRESS:PORT`. */
  readonly remote: string;
  /** `null`: the daemon is on another machine; its statistics show whether it runs. */
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

export type IpvsOutput =
  | { readonly via: 'off' }
  | {
      readonly via: 'netlink' | 'ipvsadm';
      /** Log what would be done, as ipvsadm's lines, and do nothing. */
      readonly dryRun: boolean;
    };

/** A local address to listen on, as node:net takes it. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface AdminConfig {
  /** Path of the unix socket; `null`: none. */
  readonly socket: string | null;
  /** The group that may use the socket; `null`: our own. */
  readonly group: string | null;
  readonly listen: ListenAddress | null;
  readonly tokenFile: string | null;
}
