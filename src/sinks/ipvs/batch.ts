import type { Cause, WeightIntent } from '../../model/turn.ts';
import type { PlannedChange, ServerPlan } from './plan.ts';

/** All that has to be written for one real server. */
export interface Write {
  readonly key: string;
  readonly weight: number | 'removed';
  readonly cause: Cause;
  readonly changes: readonly PlannedChange[];
}

export interface Batch {
  /** Nothing has to be written for these. */
  readonly right: readonly WeightIntent[];
  readonly writes: readonly Write[];
}

/** Takes keys out of `pending` until there are `changesMax` changes, or none are left. */
export function takeBatch(
  pending: Set<string>,
  changesMax: number,
  planOf: (key: string) => { readonly want: WeightIntent; readonly plan: ServerPlan } | null,
): Batch {
  const right: WeightIntent[] = [];
  const writes: Write[] = [];
  let changes = 0;
  for (const key of pending) {
    if (changes >= changesMax) break;
    pending.delete(key);
    const planned = planOf(key);
    if (planned === null) continue;
    const { want, plan } = planned;
    switch (plan.kind) {
      case 'right':
        right.push(want);
        break;
      case 'changes':
        changes += plan.changes.length;
        writes.push({ key, weight: want.weight, cause: want.cause, changes: plan.changes });
        break;
      case 'missing':
        // Told with the whole table; written as soon as it is there.
        break;
      default:
        plan satisfies never;
    }
  }
  return { right, writes };
}

/** Where it cannot be remembered what was taken out, a server stays in at weight 0 instead. */
export function quiesced(writes: readonly Write[]): Write[] {
  return writes.map((write) => {
    if (write.weight !== 'removed') return write;
    const changes = write.changes
      .filter(({ change }) => change.destination.weight !== 0)
      .map(({ place, change }): PlannedChange => {
        const destination = { ...change.destination, weight: 0 };
        return { place, change: { ...change, kind: 'set', destination } };
      });
    return { ...write, weight: 0, changes };
  });
}
