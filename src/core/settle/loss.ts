import type { Core } from '../core.ts';
import { healthOf, lossOf, type SettleState } from './settle.ts';
import type { Target } from './target.ts';

/** Reports that an observer is lost, already while the last health is held, and that it is back. */
export function noticeLoss(core: Core, target: Target, before: SettleState, atMs: number): void {
  const lost = lossOf(before);
  const now = lossOf(target.state);
  if (now === lost || (now !== null && lost !== null)) return;
  const name = target.key;
  const state = healthOf(target.state);
  if (now !== null) {
    const { reason } = now;
    const heldMs = target.settle.lostHoldMs;
    core.draft.notices.push({
      level: 'warn',
      event: 'observer_lost',
      message: `${name}: observer lost: ${reason}; ${heldText(state, heldMs)}`,
      fields: { name, reason, state, heldMs },
    });
  } else if (lost !== null) {
    const lostMs = Math.round(atMs - lost.atMs);
    const what = target.pool?.isValid === false ? 'its results do not count' : 'observed again';
    core.draft.notices.push({
      level: 'info',
      event: 'observer_back',
      message: `${name}: ${what}, after its observer was lost for ${seconds(lostMs)}; it is ${state}`,
      fields: { name, state, lostMs },
    });
  }
}

function heldText(state: string, heldMs: number): string {
  if (heldMs === 0) return 'its last health is not held';
  return state === 'unknown' ? 'it had no verdict yet' : `it stays ${state} for ${seconds(heldMs)}`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
