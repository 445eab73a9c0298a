import type { Config } from './config.ts';
import type { Control } from './control.ts';
import type { Observation } from './observation.ts';
import type { Turn } from './turn.ts';

/**
 * Receives all that the core's decisions depend on, in the order in which the core took it in: a
 * fresh core that gets the same makes the same decisions. Must neither throw nor wait.
 */
export interface Trace {
  readonly started: (nowMs: number, config: Config) => void;
  /** Of observations only those that may change something: neither unchanged results nor such that do not count. */
  readonly observed: (observation: Observation) => void;
  readonly requested: (nowMs: number, control: Control) => void;
  /** Every turn that took something in, or was due; `null`: no change came out. */
  readonly turned: (nowMs: number, turn: Turn | null) => void;
}
