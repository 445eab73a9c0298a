import type { Cause } from '../../model/turn.ts';
import type { Core } from '../core.ts';
import { noticeLoss } from '../settle/loss.ts';
import { healthOf, reasonOf, type SettleState } from '../settle/settle.ts';
import type { Target } from '../settle/target.ts';
import type { Writable } from '../writable.ts';
import { deadlineOf } from './first-verdict.ts';

/** Sets a target's state and deadline, and reports the change if its health is another one. */
export function applyState(
  core: Core,
  target: Writable<Target, 'state'>,
  state: SettleState,
  cause: Cause | null,
  atMs: number,
): void {
  const before = target.state;
  const from = healthOf(before);
  const to = healthOf(state);
  // Unknown stays unknown, but from now on because the observer is lost: that may count as down.
  const isFirstLoss = from === to && before.cause === null && state.cause !== null;
  target.state = state;
  core.deadlines.set(target, deadlineOf(target));
  noticeLoss(core, target, before, atMs);
  if (from === to && !isFirstLoss) return;
  core.draft.changes.push({
    name: target.key,
    from,
    to,
    reason: reasonOf(state, target.settle, atMs),
    atMs,
    cause: cause ?? causeOfState(state, atMs),
  });
}

/** The observation at its root; without one, only a new configuration changes health. */
export function causeOfState({ cause }: SettleState, atMs: number): Cause {
  return cause === null ? { kind: 'config', atMs } : { kind: 'observation', observation: cause };
}
