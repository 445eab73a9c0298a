import type { Drain } from '../../model/drain.ts';
import type { RouteAttributes } from '../../model/route.ts';
import type { Cause } from '../../model/turn.ts';
import { isAwaited } from '../health/state-at-start.ts';
import { roomAtMs, spend } from './budget.ts';
import { capacityOfRule, healthOfName, healthOfRule, type Core, type Reason } from '../core.ts';
import { becauseOfRule, clipBecause } from '../health/explain.ts';
import type { RouteEntry } from '../nodes.ts';
import { noticeUnconfirmed, stopWaiting, waitsFor } from './order.ts';
import { drainOfRoute, whoDrains } from '../drains/maintenance.ts';
import { beginRouteDrain } from '../drains/route-drain.ts';
import { announce, decided, withdrawNow } from './route-intent.ts';
import { degraded, sameAttributes } from './route.ts';
import { decisiveNames } from '../health/rule.ts';

/** `null` where there is no opinion: the last intent stays, or there is none yet. */
type Want =
  /** Somebody asked for it to go. */
  | { readonly kind: 'leave'; readonly drain: Drain; readonly why: '' }
  | { readonly kind: 'announce'; readonly attributes: RouteAttributes; readonly why: string }
  | { readonly kind: 'withdraw'; readonly why: string }
  | null;

const STARTUP_PASSED = 'startup_timeout passed; ';

/** Decides every touched route, in the order of the file; then withdraws what the budget lets go. */
export function decideRoutes(core: Core, fallback: Cause, nowMs: number): void {
  const entries = core.work.routes.toSorted((a, b) => a.order - b.order);
  core.work.routes = [];
  for (const entry of entries) decideRoute(core, entry, fallback, nowMs);
  releaseHeld(core, nowMs);
  noticeUnconfirmed(core);
}

function decideRoute(core: Core, entry: RouteEntry, fallback: Cause, nowMs: number): void {
  const want = wantOf(core, entry);
  const isTimeout = want?.why === STARTUP_PASSED;
  const cause = isTimeout ? fallback : rootOf(core, entry, entry.wantedBy ?? fallback);
  entry.isTouched = false;
  entry.isRewritten = false;
  entry.touches = [];
  if (want?.kind !== 'announce') stopWaiting(core, entry);
  if (want === null) return;
  if (want.kind === 'leave') {
    leave(core, entry, want.drain, cause, nowMs);
    return;
  }
  const becauseNow = (): string =>
    clipBecause(want.why + becauseOfRule(core, entry.route.when, nowMs));
  if (want.kind === 'announce') {
    // While stopping nothing is announced any more.
    if (core.isStopping || isAnnounced(entry, want.attributes)) return;
    const waits = waitsFor(core, entry, nowMs);
    if (waits === null) {
      announce(core, entry, want.attributes, { cause, because: becauseNow() }, nowMs);
    } else wait(core, entry, { cause, because: waits }, nowMs);
  } else if (entry.state !== 'withdrawn' && !core.held.has(entry)) {
    withdraw(core, entry, { cause, because: becauseNow() }, nowMs);
  }
}

/** Goes away for an operator; what is gone already says who keeps it away. */
function leave(core: Core, entry: RouteEntry, drain: Drain, cause: Cause, nowMs: number): void {
  const who = clipBecause(whoDrains(drain));
  switch (entry.state) {
    case 'announced':
    case 'held':
      beginRouteDrain(core, entry, who, cause, nowMs);
      break;
    case 'pending':
      withdrawNow(core, entry, { cause, because: who }, nowMs);
      break;
    case 'withdrawn':
      entry.because = who;
      break;
    case 'draining':
      break;
    default:
      entry.state satisfies never;
  }
}

/** What should be announced is not yet; the first decision comes in time all the same. */
function wait(core: Core, entry: RouteEntry, reason: Reason, nowMs: number): void {
  entry.wantedBy = reason.cause;
  entry.because = reason.because;
  if (entry.state !== 'pending' || !entry.epoch.isOver || entry.isAdopted) return;
  withdrawNow(core, entry, { ...reason, because: STARTUP_PASSED + reason.because }, nowMs);
}

export function wantOf(core: Core, entry: RouteEntry): Want {
  const { route, state } = entry;
  const health = healthOfRule(core, route.when);
  const drain = health === 'down' || core.isStopping ? null : drainOfRoute(core, entry);
  if (drain !== null) return { kind: 'leave', drain, why: '' };
  switch (health) {
    case 'down':
      return { kind: 'withdraw', why: '' };
    case 'unknown':
      if (state === 'announced' && entry.isRewritten) {
        return { kind: 'announce', attributes: route.attributes, why: 'configuration changed; ' };
      }
      if (entry.isAdopted && isAwaited(core, route.when)) return null;
      return state === 'pending' && entry.epoch.isOver
        ? { kind: 'withdraw', why: STARTUP_PASSED }
        : null;
    case 'up': {
      if (route.degrade.length === 0) {
        return { kind: 'announce', attributes: route.attributes, why: '' };
      }
      const capacity = capacityOfRule(core, route.when);
      const why = capacity < 100 ? `${Math.floor(capacity)}% of capacity left; ` : '';
      const attributes = degraded(route, capacity);
      return attributes === null
        ? { kind: 'withdraw', why }
        : { kind: 'announce', attributes, why };
    }
    default:
      return health satisfies never;
  }
}

/** The first change, in the order of evaluation, of a name that makes the rule what it is. */
function rootOf(core: Core, entry: RouteEntry, fallback: Cause): Cause {
  const [first, second] = entry.touches;
  if (first === undefined) return fallback;
  if (second === undefined) return first.cause;
  const decisive = decisiveNames(entry.route.when, (name) => healthOfName(core, name));
  return (entry.touches.find(({ name }) => decisive.includes(name)) ?? first).cause;
}

function isAnnounced(entry: RouteEntry, attributes: RouteAttributes): boolean {
  if (entry.state !== 'announced' || entry.attributes === null) return false;
  return sameAttributes(entry.attributes, attributes);
}

/** Withdraws a route, or queues it where `max_withdraw` has a say. */
function withdraw(core: Core, entry: RouteEntry, reason: Reason, nowMs: number): void {
  const isInPlace = entry.state === 'announced' || entry.isAdopted;
  // A route that is not in place takes nothing away; one that drains was given up already.
  if (isInPlace) core.held.set(entry, reason);
  else withdrawNow(core, entry, reason, nowMs);
}

/** Withdraws in order while the budget has room; the rest is held, and the operator is told. */
function releaseHeld(core: Core, nowMs: number): void {
  const { budget, held } = core;
  const budgetCause: Cause = { kind: 'budget', atMs: nowMs };
  for (const [entry, reason] of held) {
    const isRoom = roomAtMs(budget, nowMs) <= nowMs;
    if (isRoom) {
      spend(budget, nowMs);
      const cause = entry.state === 'held' ? budgetCause : reason.cause;
      withdrawNow(core, entry, { cause, because: reason.because }, nowMs);
    } else if (entry.state !== 'held') {
      const because = clipBecause(`max_withdraw allows no more withdraws now; ${reason.because}`);
      decided(core, entry, 'held', { cause: reason.cause, because }, nowMs);
    }
  }
  const roomMs = held.size > 0 ? roomAtMs(budget, nowMs) : Infinity;
  core.deadlines.set(core.budgetTimer, roomMs);
  noticeHeld(core, roomMs - nowMs);
}

/** Says it once, and again only when the number has doubled: a failure grows over many turns. */
function noticeHeld(core: Core, waitMs: number): void {
  const { held, budget } = core;
  if (held.size === 0) core.heldNoticed = 0;
  if (held.size === 0 || held.size < 2 * core.heldNoticed) return;
  core.heldNoticed = held.size;
  const perS = budget.perMs / 1000;
  core.draft.notices.push({
    level: 'error',
    event: 'withdraws_held',
    message:
      `${held.size} withdraws held: max_withdraw is used up (${budget.limit} allowed within ${perS}s); ` +
      `the next goes in ${Math.ceil(waitMs / 1000)}s`,
  });
}
