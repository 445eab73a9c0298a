import type { Cause } from '../model/turn.ts';
import { passTime } from './health/state-at-start.ts';
import { touchPool, touchRoute, touchTarget, touchWeight, type Core } from './core.ts';
import { decideRoutes } from './routes/decide.ts';
import type { Epoch, RouteEntry } from './nodes.ts';
import { updateHealth } from './health/update-health.ts';
import { emptyNext, endDrain } from './drains/maintenance.ts';
import { timeRoute } from './routes/order.ts';
import { endRouteDrain } from './drains/route-drain.ts';
import { releaseFalls, weigh } from './weights/weights.ts';

/** Health, then weights, then routes; weights that fall come last, when withdraws are decided. */
export function conclude(core: Core, fallback: Cause, nowMs: number): void {
  let cause: Cause | null = fallback;
  while (cause !== null) {
    updateHealth(core, cause, nowMs);
    weigh(core, nowMs);
    decideRoutes(core, cause, nowMs);
    // A service that is drained comes down by itself once its routes are gone: another round.
    cause = emptyNext(core, nowMs);
  }
  releaseFalls(core, nowMs);
  core.work.cause = null;
}

/** Observations are judged by the configuration in force when they came. */
export function catchUp(core: Core, nowMs: number): void {
  carryOutDeadlines(core, nowMs);
  conclude(core, core.work.cause ?? { kind: 'startup-timeout', atMs: nowMs }, nowMs);
}

function carryOutDeadlines(core: Core, nowMs: number): void {
  const routes: RouteEntry[] = [];
  let isAnyOverdue = false;
  for (let timed = core.deadlines.popDue(nowMs); timed; timed = core.deadlines.popDue(nowMs)) {
    switch (timed.kind) {
      case 'target':
        touchTarget(core, timed);
        isAnyOverdue = passTime(core, timed, nowMs) || isAnyOverdue;
        break;
      case 'epoch':
        endEpoch(core, timed, nowMs);
        break;
      case 'route':
        routes.push(timed);
        break;
      case 'slow-start':
        touchWeight(core, timed.server, timed.cause ?? { kind: 'config', atMs: nowMs });
        break;
      case 'maintenance':
        core.work.cause = endDrain(core, timed.drain.name, 'expired', nowMs);
        break;
      case 'budget':
        // Withdraws are released at the end of every turn.
        break;
    }
  }
  if (isAnyOverdue) touchPending(core);
  const inFileOrder = routes.toSorted((a, b) => a.order - b.order);
  for (const entry of inFileOrder) carryOutRoute(core, entry, nowMs);
}

/** Any of what a route waits for may be over. Weights that waited are released in every turn. */
function carryOutRoute(core: Core, entry: RouteEntry, nowMs: number): void {
  if (entry.unsentUntilMs <= nowMs) entry.unsentUntilMs = Infinity;
  if (entry.waitUntilMs <= nowMs) {
    entry.waitUntilMs = Infinity;
    touchRoute(core, entry);
  }
  if (entry.drainUntilMs > nowMs) {
    timeRoute(core, entry);
    return;
  }
  endRouteDrain(core, entry, nowMs);
}

/** `startup_timeout`: what was never judged is no capacity any more, and pending routes decide. */
function endEpoch(core: Core, epoch: Epoch, nowMs: number): void {
  const cause: Cause = { kind: 'startup-timeout', atMs: nowMs };
  epoch.isOver = true;
  core.work.cause = cause;
  endAwaiting(core);
  for (const target of core.graph.targets.values()) {
    if (target.epoch === epoch) passTime(core, target, nowMs);
  }
  touchPending(core);
}

/** What is not decided yet may have to be, now that less is waited for. */
function touchPending(core: Core): void {
  for (const entry of core.graph.routes.values()) {
    if (entry.epoch.isOver && entry.state === 'pending') touchRoute(core, entry);
  }
}

/** Base weights that did not come by now are counted as 1 each. */
function endAwaiting(core: Core): void {
  if (!core.ipvs.isAwaited) return;
  core.ipvs.isAwaited = false;
  for (const pool of core.graph.pools.values()) if (pool.ipvs !== null) touchPool(core, pool);
}
