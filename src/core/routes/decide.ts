import type { Drain } from '../../model/drain.ts';
import type { RouteAttributes } from '../../model/route.ts';
import type { Cause } from '../../model/turn.ts';
import type { Core, Reason } from '../core.ts';
import { drainLabel } from '../drains/maintenance.ts';
import { expected } from '../expected.ts';
import { isRuleAwaited } from '../health/assumed-state.ts';
import { becauseOfRule, clipBecause } from '../health/explain.ts';
import { capacityOfRule, healthOfName, healthOfRule } from '../health/lookup.ts';
import { decisiveNames } from '../health/rule.ts';
import { takeRoutes, takeTouches } from '../touch.ts';
import { degraded, sameAttributes } from './attributes.ts';
import { clearRewritten, type RouteEntry, type Touch } from './entry.ts';
import { releaseHeld } from './held.ts';
import { noticeUnconfirmed, stopWaiting, waitsFor } from './order.ts';
import { beginRouteDrain } from './route-drain.ts';
import { announce, setBecause, withdrawNow } from './route-intent.ts';
import { drainOfRoute } from './service-drain.ts';

/** `null` where there is no opinion: the last intent stays, or there is none yet. */
type Want =
  /** An operator drains it. */
  | { readonly kind: 'leave'; readonly drain: Drain; readonly why: '' }
  | Announce
  | { readonly kind: 'withdraw'; readonly why: string }
  | null;

interface Announce {
  readonly kind: 'announce';
  readonly attributes: RouteAttributes;
  readonly why: string;
}

const STARTUP_PASSED = 'startup_timeout passed; ';

/** Decides every touched route, in the order of the file; then withdraws what `max_withdraw` allows. */
export function decideRoutes(core: Core, fallback: Cause, nowMs: number): void {
  for (const entry of takeRoutes(core)) decideRoute(core, entry, fallback, nowMs);
  releaseHeld(core, nowMs);
  noticeUnconfirmed(core);
}

function decideRoute(core: Core, entry: RouteEntry, fallback: Cause, nowMs: number): void {
  const want = wantOf(core, entry);
  const touches = takeTouches(entry);
  const isTimeout = want?.why === STARTUP_PASSED;
  const cause = isTimeout ? fallback : rootOf(core, entry, touches, entry.wantedBy ?? fallback);
  clearRewritten(entry);
  if (want?.kind !== 'announce') stopWaiting(core, entry);
  if (want === null) return;
  switch (want.kind) {
    case 'leave':
      leave(core, entry, { cause, because: clipBecause(drainLabel(want.drain)) }, nowMs);
      break;
    case 'announce':
      announceInOrder(core, entry, want, cause, nowMs);
      break;
    case 'withdraw':
      if (entry.state === 'withdrawn' || core.held.has(entry)) return;
      withdraw(core, entry, { cause, because: ruleText(core, entry, want.why, nowMs) }, nowMs);
      break;
    default:
      want satisfies never;
  }
}

function ruleText(core: Core, entry: RouteEntry, why: string, nowMs: number): string {
  return clipBecause(why + becauseOfRule(core, entry.route.when, nowMs));
}

/** An operator drains it; the reason of a route that is withdrawn already is from now on the drain. */
function leave(core: Core, entry: RouteEntry, reason: Reason, nowMs: number): void {
  switch (entry.state) {
    case 'announced':
    case 'held':
      beginRouteDrain(core, entry, reason, nowMs);
      break;
    case 'pending':
      withdrawNow(core, entry, reason, nowMs);
      break;
    case 'withdrawn':
      setBecause(entry, reason.because);
      break;
    case 'draining':
      break;
    default:
      entry.state satisfies never;
  }
}

/** Announces a route, or waits for the weights that it relies on. */
function announceInOrder(
  core: Core,
  entry: RouteEntry,
  { attributes, why }: Announce,
  cause: Cause,
  nowMs: number,
): void {
  // While stopping nothing is announced any more.
  if (core.isStopping || isAnnounced(entry, attributes)) return;
  const waits = waitsFor(core, entry, cause, nowMs);
  if (waits === null) {
    announce(core, entry, attributes, { cause, because: ruleText(core, entry, why, nowMs) }, nowMs);
    return;
  }
  setBecause(entry, waits);
  // A first decision is made in time all the same.
  if (entry.state !== 'pending' || !entry.startup.isOver || entry.isAdopted) return;
  withdrawNow(core, entry, { cause, because: STARTUP_PASSED + waits }, nowMs);
}

/** What a route should be, by its rule and the drains in force. */
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
      if (entry.isAdopted && isRuleAwaited(core, route.when)) return null;
      return state === 'pending' && entry.startup.isOver
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
function rootOf(
  core: Core,
  { route }: RouteEntry,
  touches: readonly Touch[],
  fallback: Cause,
): Cause {
  const [first, second] = touches;
  if (first === undefined) return fallback;
  if (second === undefined) return first.cause;
  const decisive = decisiveNames(route.when, (name) => healthOfName(core, name));
  return (touches.find(({ name }) => decisive.includes(name)) ?? first).cause;
}

function isAnnounced(entry: RouteEntry, attributes: RouteAttributes): boolean {
  if (entry.state !== 'announced') return false;
  const present = expected(entry.attributes, 'attributes of an announced route', entry.route.key);
  return sameAttributes(present, attributes);
}

/** Withdraws a route, or queues it where `max_withdraw` counts it. */
function withdraw(core: Core, entry: RouteEntry, reason: Reason, nowMs: number): void {
  const isInPlace = entry.state === 'announced' || entry.isAdopted;
  // A route that is not in place takes no traffic away; one that drains has given up its traffic.
  if (isInPlace) core.held.set(entry, reason);
  else withdrawNow(core, entry, reason, nowMs);
}
