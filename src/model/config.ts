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
  readonly signals: readonly Signal[];
  readonly services: readonly Service[];
  readonly routes: readonly Route[];
  readonly exabgp: ExabgpOutput;
}

/** A named thing that has health and is not a service. */
export interface Signal {
  readonly name: string;
  readonly type: 'link' | 'bfd' | 'exec' | 'execd' | 'plugin';
  readonly settle: SettleRules;
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
