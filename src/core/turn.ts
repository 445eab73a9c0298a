import type { Cause, Turn } from '../model/turn.ts';
import { emptyDraft, type Core } from './core.ts';
import { carryOutDeadlines } from './due-deadlines.ts';
import { updateHealth } from './health/update-health.ts';
import { decideRoutes } from './routes/decide.ts';
import { drainNextService, watchedBy } from './routes/service-drain.ts';
import { beginStop } from './stop.ts';
import { releaseFalls } from './weights/falls.ts';
import { weigh } from './weights/weights.ts';

/**
 * One turn: all that follows from the observations of one instant and from the deadlines up
 * to now, with what controls changed before. A stop comes last. `null` where nothing changed.
 */
export function takeTurn(core: Core, nowMs: number): Turn | null {
  core.turns += 1;
  catchUp(core, nowMs);
  if (core.isStopAsked && !core.isStopping) beginStop(core, nowMs);
  return turnOf(core, nowMs);
}

/** Carries out what is due, and what follows from it and from the observations so far. */
export function catchUp(core: Core, nowMs: number): void {
  carryOutDeadlines(core, nowMs);
  propagate(core, core.work.cause ?? { kind: 'startup-timeout', atMs: nowMs }, nowMs);
}

/**
 * Updates all that was touched: health, then weights, then routes. Weights that fall come last,
 * when it is decided which routes are withdrawn.
 *
 * @param fallback the cause of what no observation has caused.
 */
export function propagate(core: Core, fallback: Cause, nowMs: number): void {
  let cause: Cause | null = fallback;
  while (cause !== null) {
    updateHealth(core, cause, nowMs);
    weigh(core, nowMs);
    decideRoutes(core, cause, nowMs);
    // The servers of a drained service go to weight 0 once its routes are withdrawn: another round.
    cause = drainNextService(core, nowMs);
  }
  releaseFalls(core, nowMs);
  core.work.cause = null;
}

/** The earliest deadline, monotonic milliseconds; Infinity where there is none. */
export function nextDeadlineMs(core: Core): number {
  return core.deadlines.nextMs;
}

/** The stop was carried out: no route is being drained any more. */
export function isFinished(core: Core): boolean {
  return core.isStopping && core.draining.size === 0;
}

/** The draft as a turn, with the live views of what should be. */
function turnOf(core: Core, nowMs: number): Turn | null {
  const watched = watchedBy(core);
  const isWatchedChanged = watched !== core.watched;
  core.watched = watched;
  const { changes, decisions, weightDecisions, notices, changed, changedWeights } = core.draft;
  const entries = changes.length + decisions.length + weightDecisions.length + notices.length;
  if (entries + changedWeights.size === 0 && !isWatchedChanged) return null;
  core.draft = emptyDraft();
  const intents = {
    routes: core.intents,
    changed: [...changed],
    weights: core.weights,
    changedWeights: [...changedWeights],
    watched,
    shares: core.shares,
  };
  return { atMs: nowMs, changes, decisions, weightDecisions, notices, intents };
}
