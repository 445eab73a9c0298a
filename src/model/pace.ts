import type { SettleRules } from './check.ts';
import type { Config } from './config.ts';
import { Streak } from './streak.ts';

interface Intervals {
  readonly intervalMs: number;
  readonly fastIntervalMs: number;
}

type CountRules = Pick<SettleRules, 'rise' | 'fall'>;

/** How soon a polled signal is asked again: after `fastIntervalMs` while its results are not settled. */
export class Pace {
  readonly #intervals: Intervals;
  readonly #rules: () => CountRules;
  readonly #streak: Streak;
  #isLost = false;

  /** `rules` may answer otherwise after a reload, which ends nothing. */
  constructor(intervals: Intervals, rules: () => CountRules) {
    this.#intervals = intervals;
    this.#rules = rules;
    this.#streak = new Streak(rules());
  }

  note(state: 'up' | 'down' | 'lost'): void {
    this.#isLost = state === 'lost';
    if (state === 'lost') return;
    this.#streak.rules = this.#rules();
    this.#streak.note(state);
  }

  /** From the start of the last result to that of the next. What is lost makes nothing faster. */
  get gapMs(): number {
    const { intervalMs, fastIntervalMs } = this.#intervals;
    return this.#streak.missing > 0 && !this.#isLost ? fastIntervalMs : intervalMs;
  }

  /** The next start after one at `startedMs`; turns that passed meanwhile are left out. */
  nextMs(startedMs: number, nowMs: number): number {
    const { gapMs } = this;
    return startedMs + Math.max(1, Math.ceil((nowMs - startedMs) / gapMs)) * gapMs;
  }
}

/** How each signal's results settle, after the newest configuration. */
export class SettleRulesByName {
  #rules: ReadonlyMap<string, SettleRules> = new Map();

  readonly take = ({ signals }: Config): void => {
    this.#rules = new Map(signals.map(({ name, settle }) => [name, settle]));
  };

  /** A signal that is there no more settles at once. */
  of(name: string): CountRules {
    return this.#rules.get(name) ?? { rise: 1, fall: 1 };
  }
}
