import type { SettleRules } from './check.ts';

/**
 * Counts equal results in a row, to know how soon to probe again. Health is
 * worked out by the core alone.
 */
export class Streak {
  /** In force for what is noted from now on. */
  rules: Pick<SettleRules, 'rise' | 'fall'>;
  state: 'up' | 'down' | null = null;
  count = 0;
  /** The last state that came often enough in a row. */
  settled: 'up' | 'down' | null = null;

  constructor(rules: Pick<SettleRules, 'rise' | 'fall'>) {
    this.rules = rules;
  }

  note(state: 'up' | 'down'): void {
    this.count = state === this.state ? this.count + 1 : 1;
    this.state = state;
    if (this.missing === 0) this.settled = state;
  }

  /** Equal results that are still missing until the present state is settled. */
  get missing(): number {
    const needed = this.state === 'down' ? this.rules.fall : this.rules.rise;
    return Math.max(0, needed - this.count);
  }
}
