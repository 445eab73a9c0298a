import type { Control } from '../model/control.ts';
import type { Observation } from '../model/observation.ts';
import type { Trace } from '../model/trace.ts';
import type { Turn } from '../model/turn.ts';
import type { Core } from './core.ts';

/**
 * Reports to a trace what the core takes in, except what cannot matter: while the `valid_when` of
 * a service is not up its results do not count, and 20,000 of them a second would fill a journal.
 */
export class TraceFilter {
  readonly #core: Core;
  readonly #trace: Trace | null;
  /** Results of this instant that count only if its turn finds `valid_when` up. */
  #undecided: Observation[] = [];
  /** Something was reported since the last turn. */
  #hasReported = false;

  constructor(core: Core, trace: Trace | null) {
    this.#core = core;
    this.#trace = trace;
  }

  observed(observation: Observation): void {
    if (this.#trace === null) return;
    if (this.#doesCount(observation)) this.#report(observation);
    else this.#undecided.push(observation);
  }

  /** To be called before the core takes the control: a new configuration ends the instant. */
  requested(nowMs: number, control: Control): void {
    if (this.#trace === null || isReadOnly(control)) return;
    this.#reportUndecided(() => true);
    this.#trace.requested(nowMs, control);
    this.#hasReported = true;
  }

  /** To be called after each turn; `isDue`: it had a deadline. */
  turned(nowMs: number, turn: Turn | null, isDue: boolean): void {
    this.#reportUndecided((observation) => this.#doesCount(observation));
    if (turn !== null || isDue || this.#hasReported) this.#trace?.turned(nowMs, turn);
    this.#hasReported = false;
  }

  #reportUndecided(doesCount: (observation: Observation) => boolean): void {
    if (this.#undecided.length === 0) return;
    for (const one of this.#undecided) if (doesCount(one)) this.#report(one);
    this.#undecided = [];
  }

  #report(observation: Observation): void {
    this.#trace?.observed(observation);
    this.#hasReported = true;
  }

  #doesCount({ signal }: Observation): boolean {
    return this.#core.graph.targets.get(signal)?.pool?.isValid !== false;
  }
}

function isReadOnly({ kind }: Control): boolean {
  return kind === 'inspect' || kind === 'checkpoint';
}
