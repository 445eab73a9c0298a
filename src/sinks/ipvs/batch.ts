import type { Cause, WeightIntent } from '../../model/turn.ts';
import type { PlannedChange, ServerPlan } from './plan.ts';

/** All changes of the table that one real server needs. */
export interface ServerChanges {
  readonly key: string;
  readonly weight: number | 'removed';
  readonly cause: Cause;
  readonly changes: readonly PlannedChange[];
}

export interface Batch {
  /** Intents that the table fulfils already. */
  readonly inSync: readonly WeightIntent[];
  readonly toWrite: readonly ServerChanges[];
}

/** Takes keys out of `pending` until there are `changesMax` changes, or none are left. */
export function takeBatch(
  pending: Set<string>,
  changesMax: number,
  planOf: (key: string) => { readonly want: WeightIntent; readonly plan: ServerPlan } | null,
): Batch {
  const inSync: WeightIntent[] = [];
  const toWrite: ServerChanges[] = [];
  let changes = 0;
  for (const key of pending) {
    if (changes >= changesMax) break;
    pending.delete(key);
    const planned = planOf(key);
    if (planned === null) continue;
    const { want, plan } = planned;
    switch (plan.kind) {
      case 'in-sync':
        inSync.push(want);
        break;
      case 'changes':
        changes += plan.changes.length;
        toWrite.push({ key, weight: want.weight, cause: want.cause, changes: plan.changes });
        break;
      case 'missing':
        // Reported when the table is read; written as soon as it is there.
        break;
      default:
        plan satisfies never;
    }
  }
  return { inSync, toWrite };
}

/** While removed servers cannot be saved to disk, they stay in the table at weight 0 instead. */
export function quiesced(toWrite: readonly ServerChanges[]): ServerChanges[] {
  return toWrite.map((server) => {
    if (server.weight !== 'removed') return server;
    const changes = server.changes
      .filter(({ change }) => change.destination.weight !== 0)
      .map(({ entryName, change }): PlannedChange => {
        const destination = { ...change.destination, weight: 0 };
        return { entryName, change: { ...change, kind: 'set', destination } };
      });
    return { ...server, weight: 0, changes };
  });
}
