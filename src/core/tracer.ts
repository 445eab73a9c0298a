import type { Control } from '../model/control.ts';
import type { Observation } from '../model/observation.ts';
import type { Trace } from '../model/trace.ts';
import type { Turn } from '../model/turn.ts';
import type { Core } from './core.ts';
import { nextDeadlineMs, takeTurn } from './turn.ts';

/**
 * Tells a trace what the core takes in, without what cannot matter: while `valid_when` is not up,
 * results of 20,000 probes a second are not believed, and would drive all else out of a journal.
 */
export class Tracer {
  readonly #core: Core;
  readonly #trace: Trace | null;
  /** Results of this instant that count only if its turn finds that they may be believed. */
  #doubted: Observation[] = [];
  /** Something was told since the last turn. */
  #isTold = false;

  constructor(core: Core, trace: Trace | null) {
    this.#core = core;
    this.#trace = trace;
  }

  observed(observation: Observation): void {
    if (this.#trace === null) return;
    if (this.#isBelieved(observation)) this.#tell(observation);
    else this.#doubted.push(observation);
  }

  /** To be called before the core is given the control: a new configuration ends the instant. */
  requested(nowMs: number, control: Control): void {
    if (this.#trace === null || isLook(control)) return;
    this.#settleDoubts(() => true);
    this.#trace.requested(nowMs, control);
    this.#isTold = true;
  }

  takeTurn(nowMs: number): Turn | null {
    const isDue = nextDeadlineMs(this.#core) <= nowMs;
    const turn = takeTurn(this.#core, nowMs);
    this.#settleDoubts((observation) => this.#isBelieved(observation));
    if (turn !== null || isDue || this.#isTold) this.#trace?.turned(nowMs, turn);
    this.#isTold = false;
    return turn;
  }

  #settleDoubts(isTold: (observation: Observation) => boolean): void {
    if (this.#doubted.length === 0) return;
    for (const one of this.#doubted) if (isTold(one)) this.#tell(one);
    this.#doubted = [];
  }

  #tell(observation: Observation): void {
    this.#trace?.observed(observation);
    this.#isTold = true;
  }

  #isBelieved({ signal }: Observation): boolean {
    return this.#core.graph.targets.get(signal)?.pool?.isValid !== false;
  }
}

/** Who looks changes nothing. */
function isLook({ kind }: Control): boolean {
  return kind === 'inspect' || kind === 'checkpoint';
}
