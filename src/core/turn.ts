import type { Config } from '../model/config.ts';
import type { Control } from '../model/control.ts';
import type { Observation } from '../model/observation.ts';
import type { Cause, Turn } from '../model/turn.ts';
import { onAdopted } from './health/state-at-start.ts';
import { createBudget } from './routes/budget.ts';
import { resume, takeCheckpoint } from './checkpoint.ts';
import { emptyDraft, touchTarget, type Core } from './core.ts';
import { catchUp, conclude } from './carry-out.ts';
import { Deadlines } from './deadlines.ts';
import type { Target } from './nodes.ts';
import {
  onConnections,
  onIpvsState,
  onSent,
  onTable,
  onWeights,
} from './weights/table-feedback.ts';
import { beginDrain, endDrain, watchedBy } from './drains/maintenance.ts';
import { applyConfig } from './reload.ts';
import { isQuiet } from './settle/settle.ts';
import { LiveShares, agentPercentOf } from './weights/share.ts';
import { beginStop } from './stop.ts';
import { viewOf } from './view/view.ts';

/** Results of one target within one turn; of more than these only the newest count. */
const INSTANT_MAX = 256;

/** A core that has seen nothing yet. It wants a first turn. */
export function createCore(config: Config, nowMs: number): Core {
  const core: Core = {
    shares: new LiveShares(() => core.graph),
    graph: { config, targets: new Map(), pools: new Map(), routes: new Map() },
    deadlines: new Deadlines(),
    intents: new Map(),
    weights: new Map(),
    falling: new Set(),
    ipvs: { state: 'lost', isAwaited: true, isUnconfirmedTold: false },
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
    turns: 0,
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

/**
 * The hot path: one Map, one comparison, and nearly always nothing else.
 * True where the observation may change something: then a turn is wanted.
 */
export function observe(core: Core, observation: Observation): boolean {
  const target = core.graph.targets.get(observation.signal);
  // A probe may still be on its way when a reload takes its target out.
  if (target === undefined) return false;
  if (target.queue !== null) enqueue(target.queue, observation);
  else if (isNothingNew(target, observation)) return false;
  else target.queue = [observation];
  touchTarget(core, target);
  return true;
}

function isNothingNew(target: Target, observation: Observation): boolean {
  const isExpected = target.pending === null && isQuiet(target.state, observation);
  return isExpected && !isNewWord(target, observation);
}

function isNewWord({ percent }: Target, observation: Observation): boolean {
  const said = agentPercentOf(observation);
  return said !== null && said !== percent;
}

function enqueue(queue: Observation[], observation: Observation): void {
  if (queue.length === INSTANT_MAX) queue.shift();
  queue.push(observation);
}

/** Takes a control in. True where a turn is wanted. */
export function request(core: Core, control: Control, nowMs: number): boolean {
  switch (control.kind) {
    case 'adopted':
      return onAdopted(core, control.keys);
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
      return onSent(core, control.keys);
    case 'table':
      return onTable(core, control.bases, control.missing, nowMs);
    case 'weights':
      return onWeights(core, control.weights);
    case 'ipvs':
      return onIpvsState(core, control.state);
    case 'connections':
      return onConnections(core, control.active, nowMs);
    case 'drain':
      catchUp(core, nowMs);
      return maintain(core, beginDrain(core, control.drain, nowMs), nowMs);
    case 'undrain':
      catchUp(core, nowMs);
      return maintain(core, endDrain(core, control.name, 'ended', nowMs), nowMs);
    case 'resume':
      resume(core, control.checkpoint, nowMs);
      return true;
    case 'checkpoint':
      if (core.turns !== control.after) control.take(takeCheckpoint(core), core.turns);
      return false;
    case 'inspect':
      // As of the last turn: who looks must not change what is decided, nor in which turn.
      control.inspect(viewOf(core, nowMs));
      return false;
    default:
      return control satisfies never;
  }
}

/** Each by itself, so that each change names the drain that is its cause. */
function maintain(core: Core, cause: Cause | null, nowMs: number): boolean {
  if (cause !== null) conclude(core, cause, nowMs);
  return true;
}

/** The earliest deadline, monotonic milliseconds; Infinity where nothing waits. */
export function nextDeadlineMs(core: Core): number {
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
  core.turns += 1;
  catchUp(core, nowMs);
  if (core.isStopAsked && !core.isStopping) beginStop(core, nowMs);
  return finishTurn(core, nowMs);
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
    shares: core.shares,
  };
  return { atMs: nowMs, changes, decisions, weightDecisions, notices, intents };
}
