import type { Cause } from '../../model/turn.ts';
import type { Core } from '../core.ts';
import { clipBecause } from '../health/explain.ts';
import { roomAtMs, spend } from './budget.ts';
import { hold, withdrawNow } from './route-intent.ts';

/** Begins the reason of a route that `max_withdraw` holds. */
export const HELD = 'max_withdraw allows no more withdraws now; ';

/** Withdraws in order while the budget has room; the rest is held, and that is logged. */
export function releaseHeld(core: Core, nowMs: number): void {
  const { budget, held } = core;
  const budgetCause: Cause = { kind: 'budget', atMs: nowMs };
  for (const [entry, reason] of held) {
    const isRoom = roomAtMs(budget, nowMs) <= nowMs;
    if (isRoom) {
      spend(budget, nowMs);
      const cause = entry.state === 'held' ? budgetCause : reason.cause;
      withdrawNow(core, entry, { cause, because: reason.because }, nowMs);
    } else if (entry.state !== 'held') {
      const because = clipBecause(HELD + reason.because);
      hold(core, entry, { cause: reason.cause, because }, nowMs);
    }
  }
  const roomMs = held.size > 0 ? roomAtMs(budget, nowMs) : Infinity;
  core.deadlines.set(core.budgetTimer, roomMs);
  noticeHeld(core, roomMs - nowMs);
}

/** Logged once, and again only when the number has doubled: a failure grows over many turns. */
function noticeHeld(core: Core, waitMs: number): void {
  const { held, budget } = core;
  if (held.size === 0) core.heldLogged = 0;
  if (held.size === 0 || held.size < 2 * core.heldLogged) return;
  core.heldLogged = held.size;
  const perS = budget.perMs / 1000;
  core.draft.notices.push({
    level: 'error',
    event: 'withdraws_held',
    message:
      `${held.size} withdraws held: max_withdraw is used up (${budget.limit} allowed within ${perS}s); ` +
      `the next one is made in ${Math.ceil(waitMs / 1000)}s`,
  });
}
