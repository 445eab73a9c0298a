import type { RouteAttributes } from '../../model/route.ts';
import type { RouteState } from '../../model/turn.ts';
import type { Core, Reason } from '../core.ts';
import { sinceOf, type RouteEntry } from '../nodes.ts';
import { awaitSent, stopWaiting, timeRoute } from './order.ts';
import { identityOf, sameAttributes } from './route.ts';

/** Announces a route, or announces it anew with other attributes. */
export function announce(
  core: Core,
  entry: RouteEntry,
  attributes: RouteAttributes,
  reason: Reason,
  nowMs: number,
  to: 'announced' | 'draining' = 'announced',
): void {
  core.held.delete(entry);
  stopWaiting(core, entry);
  // What has not left yet comes back: nothing has to wait for it.
  entry.unsentUntilMs = Infinity;
  entry.drainUntilMs = Infinity;
  core.draining.delete(entry);
  timeRoute(core, entry);
  const route = identityOf(entry.route);
  const isNew = entry.attributes === null || !sameAttributes(entry.attributes, attributes);
  entry.attributes = attributes;
  entry.isAdopted = false;
  if (isNew) {
    core.intents.set(route.key, { kind: 'announce', route, attributes, cause: reason.cause });
    core.draft.changed.add(route.key);
  }
  decided(core, entry, to, reason, nowMs);
}

/** Withdraws a route. From here on the budget has no say. */
export function withdrawNow(core: Core, entry: RouteEntry, reason: Reason, nowMs: number): void {
  const route = identityOf(entry.route);
  core.held.delete(entry);
  core.draining.delete(entry);
  if (entry.attributes !== null || entry.isAdopted) awaitSent(core, entry, nowMs);
  entry.drainUntilMs = Infinity;
  timeRoute(core, entry);
  entry.attributes = null;
  entry.isAdopted = false;
  core.intents.set(route.key, { kind: 'withdraw', route, cause: reason.cause });
  core.draft.changed.add(route.key);
  decided(core, entry, 'withdrawn', reason, nowMs);
}

/** Says it, and keeps why. */
export function decided(
  core: Core,
  entry: RouteEntry,
  to: RouteState,
  reason: Reason,
  atMs: number,
): void {
  const { attributes, state: from } = entry;
  const route = identityOf(entry.route);
  entry.state = to;
  entry.because = reason.because;
  entry.cause = reason.cause;
  if (from !== to) entry.sinceMs = sinceOf(entry.resumed, to, atMs);
  entry.resumed = null;
  core.draft.decisions.push({ route, from, to, attributes, atMs, ...reason });
}
