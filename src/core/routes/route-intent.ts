import type { RouteAttributes } from '../../model/route.ts';
import type { RouteState } from '../../model/turn.ts';
import type { Core, Reason } from '../core.ts';
import { sinceOf, type Resumed } from '../settle/since.ts';
import type { Writable } from '../writable.ts';
import { identityOf, sameAttributes } from './attributes.ts';
import type { RouteEntry } from './entry.ts';
import { awaitSent, stopWaiting } from './order.ts';
import { clearDrain, setUnsentUntil } from './timers.ts';

type Decided = Writable<
  RouteEntry,
  'state' | 'attributes' | 'isAdopted' | 'sinceMs' | 'resumed' | 'because' | 'cause'
>;

/** Announces a route, or announces it again with other attributes. */
export function announce(
  core: Core,
  entry: Decided,
  attributes: RouteAttributes,
  reason: Reason,
  nowMs: number,
  to: 'announced' | 'draining' = 'announced',
): void {
  core.held.delete(entry);
  stopWaiting(core, entry);
  // A withdraw that is not on its way yet is replaced: nothing has to wait for it.
  setUnsentUntil(core, entry, Infinity);
  clearDrain(core, entry);
  const route = identityOf(entry.route);
  const isNew = entry.attributes === null || !sameAttributes(entry.attributes, attributes);
  entry.attributes = attributes;
  entry.isAdopted = false;
  if (isNew) {
    core.intents.set(route.key, { kind: 'announce', route, attributes, cause: reason.cause });
    core.draft.changed.add(route.key);
  }
  decide(core, entry, to, reason, nowMs);
}

/** Withdraws a route, also where `max_withdraw` is used up. */
export function withdrawNow(core: Core, entry: Decided, reason: Reason, nowMs: number): void {
  const route = identityOf(entry.route);
  core.held.delete(entry);
  clearDrain(core, entry);
  if (entry.attributes !== null || entry.isAdopted) awaitSent(core, entry, nowMs);
  entry.attributes = null;
  entry.isAdopted = false;
  core.intents.set(route.key, { kind: 'withdraw', route, cause: reason.cause });
  core.draft.changed.add(route.key);
  decide(core, entry, 'withdrawn', reason, nowMs);
}

/** It stays announced, because `max_withdraw` allows no withdraw at present. */
export function hold(core: Core, entry: Decided, reason: Reason, nowMs: number): void {
  decide(core, entry, 'held', reason, nowMs);
}

function decide(core: Core, entry: Decided, to: RouteState, reason: Reason, atMs: number): void {
  const { attributes, state: from } = entry;
  const route = identityOf(entry.route);
  entry.state = to;
  entry.because = reason.because;
  entry.cause = reason.cause;
  if (from !== to) entry.sinceMs = sinceOf(entry.resumed, to, atMs);
  entry.resumed = null;
  core.draft.decisions.push({ route, from, to, attributes, atMs, ...reason });
}

/** It stays in its state, for another reason than that of the last decision. */
export function setBecause(entry: Decided, because: string): void {
  entry.because = because;
}

/** A sink found it in place. */
export function setAdopted(entry: Decided): void {
  entry.isAdopted = true;
}

/** Continues with what a checkpoint holds of it, unless it was decided since. */
export function resumeRoute(entry: Decided, resumed: Resumed<RouteState>): void {
  if (entry.state === 'pending') entry.resumed = resumed;
}
