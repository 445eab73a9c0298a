import {
  descriptorBudget,
  descriptorNeed,
  limitFor,
  neededDescriptors,
  type DescriptorBudget,
} from '../../model/descriptors.ts';
import type { Config } from '../../model/config.ts';
import type { Notice } from '../../model/notice.ts';

/** What `Descriptors` depends on. */
export interface DescriptorDeps {
  readonly limit: () => number;
  /** What the process has before there are probes. */
  readonly held: number;
  readonly notify: (notice: Notice) => void;
}

/** Shares out file descriptors for each configuration, and reports once what they do not suffice for. */
export class Descriptors {
  readonly #deps: DescriptorDeps;
  #reported = '';

  constructor(deps: DescriptorDeps) {
    this.#deps = deps;
  }

  budget(config: Config): DescriptorBudget {
    const { limit, held, notify } = this.#deps;
    const limitNow = limit();
    const need = descriptorNeed(config);
    const budget = descriptorBudget(need, limitNow, held);
    const needed = neededDescriptors(need, held);
    const message = needed <= limitNow ? '' : shortage(needed, limitNow, need.sentinels, budget);
    if (message !== '' && message !== this.#reported) {
      notify({ level: 'warn', event: 'descriptors_short', message });
    }
    this.#reported = message;
    return budget;
  }
}

function shortage(
  needed: number,
  limit: number,
  holds: number,
  { inFlight, sentinels }: DescriptorBudget,
): string {
  const missing = holds - sentinels;
  const without =
    missing > 0 ? `${missing} of ${holds} servers with mode: hold have no sentinel, and ` : '';
  const enough = limitFor(needed);
  return (
    `up to ${needed} file descriptors are needed and the limit is ${limit}: ${without}` +
    `at most ${inFlight} probes run at once; set LimitNOFILE=${enough} in the unit, or ulimit -n ${enough}`
  );
}
