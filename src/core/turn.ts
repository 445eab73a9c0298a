import type { Config } from '../model/config.ts';
import type { Control } from '../model/control.ts';
import type { Observation } from '../model/observation.ts';
import type { Cause, Turn } from '../model/turn.ts';
import { createBudget } from './budget.ts';
import { touchDependents, touchRoute, touchTarget, type Core } from './core.ts';
import { Deadlines } from './deadlines.ts';
import { decideRoutes } from './decide.ts';
import type { Epoch, Pool } from './graph.ts';
import { judge } from './judge.ts';
import { applyConfig } from './reload.ts';
import { isQuiet } from './settle.ts';
import { beginStop, endDrain } from './stop.ts';
import { unreachable } from './unreachable.ts';

/** Results of one target within one turn; of more than these only the newest count. */
const INSTANT_MAX = 256;

/** A core that has seen nothing yet. It wants a first turn. */
export function createCore(config: Config, nowMs: number): Core {
  const core: Core = {
    graph: { config, targets: new Map(), pools: new Map(), routes: new Map() },
    deadlines: new Deadlines(),
    intents: new Map(),
    budget: createBudget(null, 0, []),
    budgetTimer: { kind: 'budget', slot: -1 },
    held: new Map(),
    heldNoticed: 0,
    isStopping: false,
    draining: new Set(),
    isStopAsked: false,
    work: { signals: [], pools: [], routes: [] },
    draft: { changes: [], decisions: [], notices: [], changed: new Set() },
  };
  reload(core, config, nowMs);
  return core;
}

/** What can be judged and decided by the configuration alone is so at once. */
function reload(core: Core, config: Config, nowMs: number): void {
  const cause: Cause = { kind: 'config', atMs: nowMs };
  applyConfig(core, config, nowMs);
  judge(core, cause, nowMs);
  decideRoutes(core, cause, nowMs);
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
  else if (isQuiet(target.state, observation)) return false;
  else target.queue = [observation];
  touchTarget(core, target);
  return true;
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
    case 'table':
    case 'weights':
    case 'ipvs':
    case 'connections':
    case 'drain':
    case 'undrain':
    case 'inspect':
      return false;
    default:
      return unreachable(control);
  }
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
  const timeout: Cause = { kind: 'startup-timeout', atMs: nowMs };
  judge(core, timeout, nowMs);
  decideRoutes(core, timeout, nowMs);
}

function carryOutDeadlines(core: Core, nowMs: number): void {
  for (;;) {
    const timed = core.deadlines.popDue(nowMs);
    if (timed === null) return;
    switch (timed.kind) {
      case 'target':
        touchTarget(core, timed);
        break;
      case 'epoch':
        endEpoch(core, timed, nowMs);
        break;
      case 'route':
        endDrain(core, timed, nowMs);
        break;
      case 'budget':
        // Withdraws are released at the end of every turn.
        break;
    }
  }
}

/** `startup_timeout`: what was never judged is no capacity any more, and pending routes decide. */
function endEpoch(core: Core, epoch: Epoch, nowMs: number): void {
  const cause: Cause = { kind: 'startup-timeout', atMs: nowMs };
  epoch.isOver = true;
  const pools = new Set<Pool>();
  for (const target of core.graph.targets.values()) {
    if (target.epoch !== epoch || target.state.cause !== null) continue;
    touchDependents(core, target.dependents, target.key, cause, true);
    if (target.pool === null) continue;
    target.pool.sums.present -= target.weight;
    pools.add(target.pool);
  }
  for (const pool of pools) touchDependents(core, pool.dependents, pool.name, cause, true);
  for (const entry of core.graph.routes.values()) {
    if (entry.epoch === epoch && entry.state === 'pending') touchRoute(core, entry);
  }
}

function finishTurn(core: Core, nowMs: number): Turn | null {
  const { changes, decisions, notices, changed } = core.draft;
  if (changes.length + decisions.length + notices.length === 0) return null;
  core.draft = { changes: [], decisions: [], notices: [], changed: new Set() };
  const intents = {
    routes: core.intents,
    changed: [...changed],
    weights: new Map(),
    changedWeights: [],
    watched: new Set<string>(),
  };
  return { atMs: nowMs, changes, decisions, weightDecisions: [], notices, intents };
}
