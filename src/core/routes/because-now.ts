import type { Core } from '../core.ts';
import { wantOf } from './decide.ts';
import { becauseOfRule, clipBecause } from '../health/explain.ts';
import { drainLabel } from '../drains/maintenance.ts';
import type { RouteEntry } from './entry.ts';
import { HELD } from './held.ts';

/**
 * Why a route is in its state at present: the reason of its last decision may be out of date.
 * That of a drain that goes on, of a stop and of a wait is still the one of the decision.
 *
 * @param reasons of names, worked out for other routes of this instant.
 */
export function becauseNow(
  core: Core,
  entry: RouteEntry,
  nowMs: number,
  reasons: Map<string, string>,
): string {
  const { state, because, cause, waitsSinceMs } = entry;
  if (state === 'draining' || cause?.kind === 'stop' || waitsSinceMs !== Infinity) return because;
  const rule = (): string => becauseOfRule(core, entry.route.when, nowMs, reasons);
  const want = wantOf(core, entry);
  if (want === null) return clipBecause(undecided(entry) + rule());
  switch (want.kind) {
    case 'leave':
      return clipBecause(drainLabel(want.drain));
    case 'withdraw':
    case 'announce':
      return clipBecause((state === 'held' ? HELD : '') + want.why + rule());
    default:
      return want satisfies never;
  }
}

/** What unknown leaves in place. */
function undecided({ state, isAdopted, cause }: RouteEntry): string {
  if (state === 'pending') return isAdopted ? 'found in place; ' : '';
  return cause?.kind === 'startup-timeout' ? '' : 'last decision stays; ';
}
