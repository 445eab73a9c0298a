import type { Cause } from '../../model/turn.ts';
import type { Core } from '../core.ts';
import type { Due } from '../deadlines.ts';
import { touchPool, touchRoute } from '../touch.ts';
import type { Writable } from '../writable.ts';
import { checkOverdue } from './first-verdict.ts';

/** One `startup_timeout`: of a start, or of all that one reload added. */
export interface Startup extends Due {
  readonly kind: 'startup';
  readonly startMs: number;
  readonly dueMs: number;
  readonly isOver: boolean;
}

export function createStartup(startMs: number, timeoutMs: number): Startup {
  return { kind: 'startup', startMs, dueMs: startMs + timeoutMs, isOver: false, slot: -1 };
}

/** `startup_timeout` passed: targets without a verdict are no capacity, and pending routes decide. */
export function endStartup(core: Core, startup: Writable<Startup, 'isOver'>, nowMs: number): void {
  const cause: Cause = { kind: 'startup-timeout', atMs: nowMs };
  startup.isOver = true;
  core.work.cause = cause;
  stopAwaitingTable(core);
  for (const target of core.graph.targets.values()) {
    if (target.startup === startup) checkOverdue(core, target, nowMs);
  }
  touchPending(core);
}

/** Routes without a decision are decided again: less is waited for than before. */
export function touchPending(core: Core): void {
  for (const entry of core.graph.routes.values()) {
    if (entry.startup.isOver && entry.state === 'pending') touchRoute(core, entry);
  }
}

/** From now on an unknown base weight counts as 1. */
function stopAwaitingTable(core: Core): void {
  if (!core.ipvs.isAwaited) return;
  core.ipvs.isAwaited = false;
  for (const pool of core.graph.pools.values()) if (pool.ipvs !== null) touchPool(core, pool);
}
