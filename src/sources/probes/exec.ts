import type { ExecCheck } from '../../model/check.ts';
import { runChild, type Run, type RunResult } from '../../platform/child-run.ts';
import { verdictOf } from '../../protocol/nagios.ts';
import { checkOf, UP, type Answer, type Probe, type Prober, type ProbeTarget } from './prober.ts';

/**
 * Runs a Nagios plugin for one real server. At the time-out the plugin and its process group
 * are ended, and the result is `lost`: it says nothing about the server, which the plugin's own
 * time-out would.
 */
export const exec: Prober = (target, answered) =>
  new ExecProbe(target, checkOf(target, 'exec'), answered);

class ExecProbe implements Probe {
  readonly #command: readonly string[];
  readonly #check: ExecCheck;
  readonly #answered: (answer: Answer) => void;
  #run: Run | null = null;

  constructor(target: ProbeTarget, check: ExecCheck, answered: (answer: Answer) => void) {
    this.#command = check.command.map((argument) => filledIn(argument, target));
    this.#check = check;
    this.#answered = answered;
  }

  start(): void {
    const { user } = this.#check;
    this.#run = runChild({ command: this.#command, user }, (result) => this.#ended(result));
  }

  expire(): Answer {
    const isWaiting = this.#run?.isWaiting === true;
    this.cancel();
    const { timeoutMs } = this.#check;
    const reason = isWaiting
      ? `not started within ${timeoutMs}ms: too many children run`
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
