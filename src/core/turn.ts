import type { Config } from '../model/config.ts';
import type { Control } from '../model/control.ts';
import type { Observation } from '../model/observation.ts';
import type { Cause, Turn } from '../model/turn.ts';
import { createBudget } from './budget.ts';
import {
  emptyDraft,
  touchDependents,
  touchPool,
  touchRoute,
  touchTarget,
  touchWeight,
  type Core,
} from './core.ts';
import { Deadlines } from './deadlines.ts';
import { decideRoutes } from './decide.ts';
import type { Epoch, Pool, RouteEntry, Target } from './graph.ts';
import { judge } from './judge.ts';
import { hearConnections, hearIpvs, hearSent, hearTable, hearWeights } from './kernel-news.ts';
import {
  beginDrain,
  drainOfRoute,
  emptyNext,
  endDrain,
  watchedBy,
  whoDrains,
} from './maintenance.ts';
import { timeRoute } from './order.ts';
import { applyConfig } from './reload.ts';
import { isQuiet } from './settle.ts';
import { percentOf } from './share.ts';
import { endRouteDrain } from './route-drain.ts';
import { beginStop } from './stop.ts';
import { unreachable } from './unreachable.ts';
import { viewOf } from './view/view.ts';
import { releaseFalls, weigh } from './weights.ts';

/** Results of one target within one turn; of more than these only the newest count. */
const INSTANT_MAX = 256;

/** A core that has seen nothing yet. It wants a first turn. */
export function createCore(config: Config, nowMs: number): Core {
  const core: Core = {
    graph: { config, targets: new Map(), pools: new Map(), routes: new Map() },
    deadlines: new Deadlines(),
    intents: new Map(),
    weights: new Map(),
    falling: new Set(),
    kernel: { state: 'lost', isAwaited: true, isUnconfirmedTold: false },
    drains: new Map(),
    watched: new Set(),
    budget: createBudget(null, 0, []),
    budgetTimer: { kind: 'budget', slot: -1 },
    held: new Map(),
    heldNoticed: 0,
    isStopping: false,
    draining: new Set(),
    isStopAsked: false,
    work: { signals: [], pools: [], weighed: [], routes: [], cause: null },
    draft: emptyDraft(),
  };
  reload(core, config, nowMs);
  return core;
}

/** What can be judged and decided by the configuration alone is so at once. */
function reload(core: Core, config: Config, nowMs: number): void {
  const cause: Cause = { kind: 'config', atMs: nowMs };
  applyConfig(core, config, nowMs);
  conclude(core, cause, nowMs);
}

/** Health, then weights, then routes; weights that fall come last, when withdraws are decided. */
function conclude(core: Core, fallback: Cause, nowMs: number): void {
  let cause: Cause | null = fallback;
  while (cause !== null) {
    judge(core, cause, nowMs);
    weigh(core, nowMs);
    decideRoutes(core, cause, nowMs);
    // A service that is drained comes down by itself once its routes are gone: another round.
    cause = emptyNext(core, nowMs);
  }
  releaseFalls(core, nowMs);
  core.work.cause = null;
}

/**
 * The hot path: one Map, one comparison, and nearly always nothing else.
 * True where the observation may change something: then a turn is wanted.
 */
export function observe(core: Core, observation: Observation): boolean {
  const target = core.graph.targets.get(observation.signal);
  // A probe may still be on its way when a reload takes its target out.
  if (target === undefined) return false;
  if (target.queue !== null) enqueue(target.queue, observation);
  else if (isQuiet(target.state, observation) && !isNewWord(target, observation)) return false;
  else target.queue = [observation];
  touchTarget(core, target);
  return true;
}

function isNewWord({ percent }: Target, { weightPercent }: Observation): boolean {
  return weightPercent !== undefined && percentOf(weightPercent) !== percent;
}

function enqueue(queue: Observation[], observation: Observation): void {
  if (queue.length === INSTANT_MAX) queue.shift();
  queue.push(observation);
}

/** Takes a control in. True where a turn is wanted. */
export function request(core: Core, control: Control, nowMs: number): boolean {
  switch (control.kind) {
    case 'adopted':
      for (const key of control.keys) {
        const entry = core.graph.routes.get(key);
        if (entry?.state === 'pending') entry.isAdopted = true;
      }
      return false;
    case 'config':
      // While stopping there is nothing left to configure.
      if (core.isStopping) return false;
      // At once, and not in the turn: sources may tell of what is new in this same instant.
      catchUp(core, nowMs);
      reload(core, control.config, nowMs);
      return true;
    case 'stop':
      core.isStopAsked = true;
      return true;
    case 'sent':
      return hearSent(core, control.keys);
    case 'table':
      return hearTable(core, control.bases, control.missing, nowMs);
    case 'weights':
      return hearWeights(core, control.weights);
    case 'ipvs':
      return hearIpvs(core, control.state);
    case 'connections':
      return hearConnections(core, control.active, nowMs);
    case 'drain':
      catchUp(core, nowMs);
      return maintain(core, beginDrain(core, control.drain, nowMs), nowMs);
    case 'undrain':
      catchUp(core, nowMs);
      return maintain(core, endDrain(core, control.name, 'ended', nowMs), nowMs);
    case 'inspect':
      // As of the last turn: who looks must not change what is decided, nor in which turn.
      control.inspect(viewOf(core, nowMs));
      return false;
    default:
      return unreachable(control);
  }
}

/** Each by itself, so that each change names the drain that is its cause. */
function maintain(core: Core, cause: Cause | null, nowMs: number): boolean {
  if (cause !== null) conclude(core, cause, nowMs);
  return true;
}

/** The earliest deadline, monotonic milliseconds; Infinity where nothing waits. */
export function nextTurnMs(core: Core): number {
  return core.deadlines.nextMs;
}

/** The stop has been carried out: no route is on its way out any more. */
export function isFinished(core: Core): boolean {
  return core.isStopping && core.draining.size === 0;
}

/**
 * One turn: all that follows from the observations of one instant and from the deadlines up
 * to now, with what a new configuration changed before. A stop comes last. `null` where
 * nothing changed.
 */
export function takeTurn(core: Core, nowMs: number): Turn | null {
  catchUp(core, nowMs);
  if (core.isStopAsked && !core.isStopping) beginStop(core, nowMs);
  return finishTurn(core, nowMs);
}

/** Observations are judged by the configuration in force when they came. */
function catchUp(core: Core, nowMs: number): void {
  carryOutDeadlines(core, nowMs);
  conclude(core, core.work.cause ?? { kind: 'startup-timeout', atMs: nowMs }, nowMs);
}

function carryOutDeadlines(core: Core, nowMs: number): void {
  const routes: RouteEntry[] = [];
  for (let timed = core.deadlines.popDue(nowMs); timed; timed = core.deadlines.popDue(nowMs)) {
    switch (timed.kind) {
      case 'target':
        touchTarget(core, timed);
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
  for (const entry of routes.toSorted((a, b) => a.order - b.order))
    carryOutRoute(core, entry, nowMs);
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
  const drain = core.isStopping ? null : drainOfRoute(core, entry);
  const who = drain === null ? 'stopping' : whoDrains(drain);
  const cause: Cause =
    drain === null
      ? { kind: 'stop', atMs: nowMs }
      : { kind: 'drain', change: 'begun', drain, atMs: nowMs };
  endRouteDrain(core, entry, who, cause, nowMs);
}

/** `startup_timeout`: what was never judged is no capacity any more, and pending routes decide. */
function endEpoch(core: Core, epoch: Epoch, nowMs: number): void {
  const cause: Cause = { kind: 'startup-timeout', atMs: nowMs };
  epoch.isOver = true;
  core.work.cause = cause;
  endAwaiting(core);
  const pools = new Set<Pool>();
  for (const target of core.graph.targets.values()) {
    if (target.epoch !== epoch || target.state.cause !== null) continue;
    touchDependents(core, target.dependents, target.key, cause, true);
    if (target.pool === null) continue;
    target.pool.sums.present -= target.live;
    countDown(core, target, cause);
    pools.add(target.pool);
  }
  for (const pool of pools) touchDependents(core, pool.dependents, pool.name, cause, true);
  for (const entry of core.graph.routes.values()) {
    if (entry.epoch === epoch && entry.state === 'pending') touchRoute(core, entry);
  }
}

/** Base weights that did not come by now are counted as 1 each. */
function endAwaiting(core: Core): void {
  if (!core.kernel.isAwaited) return;
  core.kernel.isAwaited = false;
  for (const pool of core.graph.pools.values()) if (pool.kernel !== null) touchPool(core, pool);
}

/** A server that nobody judged counts as down, unless its results are not believed anyway. */
function countDown(core: Core, server: Target, cause: Cause): void {
  const { kernel, pool, settle } = server;
  if (kernel === null || pool?.isValid !== true || settle.onLost === 'hold') return;
  kernel.countsDown = true;
  touchWeight(core, server, cause);
}

function finishTurn(core: Core, nowMs: number): Turn | null {
  const watched = watchedBy(core);
  if (watched !== core.watched) core.draft.isWatchedChanged = true;
  core.watched = watched;
  const { changes, decisions, notices, changed, weightDecisions, changedWeights } = core.draft;
  const said = changes.length + decisions.length + notices.length + weightDecisions.length;
  if (said + changedWeights.size === 0 && !core.draft.isWatchedChanged) return null;
  core.draft = emptyDraft();
  const intents = {
    routes: core.intents,
    changed: [...changed],
    weights: core.weights,
    changedWeights: [...changedWeights],
    watched: core.watched,
  };
  return { atMs: nowMs, changes, decisions, weightDecisions, notices, intents };
}
