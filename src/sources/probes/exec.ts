import type { ExecCheck } from '../../model/check.ts';
import { runChild, TURN_MAX_MS, type ChildRun, type RunResult } from '../../platform/child-run.ts';
import { verdictOf } from '../../protocol/nagios.ts';
import {
  checkOfType,
  UP,
  type ProbeAnswer,
  type Probe,
  type Prober,
  type ProbeTarget,
} from './prober.ts';

/**
 * Runs a Nagios plugin for one real server. At the time-out the plugin and its process group
 * are ended, and the result is `lost`: it shows nothing about the server, which the plugin's own
 * time-out would. The time-out begins with the child: where more are wanted than can be run, each
 * runs less often, and none is lost for the time that it waited.
 */
export const execProber: Prober = (target, answered, _notify, begun = () => {}) =>
  new ExecProbe(target, checkOfType(target, 'exec'), answered, begun);

class ExecProbe implements Probe {
  readonly #command: readonly string[];
  readonly #check: ExecCheck;
  readonly #answered: (answer: ProbeAnswer) => void;
  readonly #begun: () => void;
  #run: ChildRun | null = null;
  #waitedMs = 0;

  constructor(
    target: ProbeTarget,
    check: ExecCheck,
    answered: (answer: ProbeAnswer) => void,
    begun: () => void,
  ) {
    this.#command = check.command.map((argument) => filledIn(argument, target));
    this.#check = check;
    this.#answered = answered;
    this.#begun = begun;
  }

  start(): void {
    const spec = { command: this.#command, user: this.#check.user };
    this.#waitedMs = 0;
    this.#run = runChild(spec, (result) => this.#ended(result), this.#begun);
  }

  expire(): ProbeAnswer | null {
    const { timeoutMs } = this.#check;
    const isWaiting = this.#run?.isWaiting === true;
    if (isWaiting) this.#waitedMs += timeoutMs;
    if (isWaiting && this.#waitedMs < TURN_MAX_MS) return null;
    this.cancel();
    const reason = isWaiting
      ? `not started within ${this.#waitedMs}ms: too many commands are running`
      : `timed out after ${timeoutMs}ms`;
    return { state: 'lost', reason };
  }

  cancel(): void {
    this.#run?.cancel();
    this.#run = null;
  }

  close(): void {
    this.cancel();
  }

  #ended(result: RunResult): void {
    this.#run = null;
    const { state, reason, detail } = verdictOf(result);
    if (detail !== '') this.#answered({ state, reason, detail });
    else this.#answered(state === 'up' ? UP : { state, reason });
  }
}

/** An IPv6 address comes without brackets: plugins that want them are given `[{address}]`. */
function filledIn(argument: string, { address, port }: ProbeTarget): string {
  return argument.replaceAll('{address}', address).replaceAll('{port}', String(port));
}
