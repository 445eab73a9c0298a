import type { Config } from './config.ts';
import type { Control } from './control.ts';
import type { Observation } from './observation.ts';
import type { Turn } from './turn.ts';

/**
 * Is told all that the core's decisions depend on, in the order in which the core took it in:
 * who gives a fresh core the same gets the same decisions. Must neither throw nor wait.
 */
export interface Trace {
  readonly started: (nowMs: number, config: Config) => void;
  /** Of observations only those that may change something: neither quiet ones nor disbelieved ones. */
  readonly observed: (observation: Observation) => void;
  readonly requested: (nowMs: number, control: Control) => void;
  /** Every turn that took something in, or was due; `null`: no change came out. */
  readonly turned: (nowMs: number, turn: Turn | null) => void;
}
