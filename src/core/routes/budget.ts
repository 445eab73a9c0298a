import type { WithdrawBudget } from '../../model/config.ts';

/** `max_withdraw`: how many routes may be withdrawn within any window of `perMs`. */
export interface Budget {
  readonly limit: number;
  readonly perMs: number;
  /** When withdraws were made, oldest first. At most `limit` of them are within the window. */
  readonly usedAtMs: number[];
}

/** At least one withdraw is always allowed: a budget must not make a lone route immortal. */
export function createBudget(
  rule: WithdrawBudget | null,
  routes: number,
  usedAtMs: number[],
): Budget {
  if (rule === null) return { limit: Infinity, perMs: 0, usedAtMs: [] };
  return { limit: Math.max(1, Math.floor(rule.share * routes)), perMs: rule.perMs, usedAtMs };
}

/** When there is room for one more, monotonic milliseconds; not after `nowMs`: now. */
export function roomAtMs(budget: Budget, nowMs: number): number {
  const { limit, perMs, usedAtMs } = budget;
  while (usedAtMs[0] !== undefined && usedAtMs[0] + perMs <= nowMs) usedAtMs.shift();
  const blocking = usedAtMs[usedAtMs.length - limit];
  return blocking === undefined ? nowMs : blocking + perMs;
}

export function spend(budget: Budget, nowMs: number): void {
  if (budget.limit !== Infinity) budget.usedAtMs.push(nowMs);
}
