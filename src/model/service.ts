import type { Check } from './check.ts';
import type { Rule } from './rule.ts';

/** An amount of weight: absolute, or a percentage of the service's whole weight. */
export type Amount =
  | { readonly kind: 'weight'; readonly weight: number }
  | { readonly kind: 'percent'; readonly percent: number };

/** One IPVS virtual service, or one group of probed servers without IPVS. */
export interface Service {
  readonly name: string;
  readonly virtual: Virtual | null;
  /** `null`: any one server. */
  readonly quorum: Amount | null;
  readonly hysteresis: Amount | null;
  /** Results of probes count only while this rule is up. */
  readonly validWhen: Rule | null;
  readonly minPooledPercent: number | null;
  readonly slowStartMs: number;
  readonly onDown: 'quiesce' | 'remove';
  readonly realServers: readonly RealServer[];
}

export type Virtual =
  | {
      readonly kind: 'address';
      readonly address: string;
      readonly port: number;
      readonly protocol: 'tcp' | 'udp' | 'sctp';
    }
  | { readonly kind: 'fwmark'; readonly mark: number };

export interface RealServer {
  /** `service/address:port`: the name of this server's check among the signals. */
  readonly key: string;
  /** Canonical, without brackets. */
  readonly address: string;
  /** The port that serves. */
  readonly port: number;
  /** Configured weight; `null`: what IPVS has, or 1 without IPVS. */
  readonly weight: number | null;
  /** Fault domain beyond address and service: a rack, a host. */
  readonly domain: string | null;
  readonly check: Check;
}
