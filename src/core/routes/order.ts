import type { Core } from '../core.ts';
import { touchRoute } from '../core.ts';
import { poolsOf } from '../graph.ts';
import type { Pool, RouteEntry } from '../nodes.ts';
import { tableHealth } from '../weights/table.ts';

/**
 * Announce last, withdraw first: weights fall after the withdraws of the same cause were handed
 * to ExaBGP, and an announce follows the weights it relies on. Neither waits for ever for
 * somebody who does not answer.
 */

/** How long weights wait for a withdraw to be handed over: an ExaBGP that is stuck or gone. */
const SENT_WAIT_MS = 1000;

/** How long an announce waits where the kernel's table cannot be read. */
const LOST_WAIT_MS = 2000;

/** How long an announce waits for weights that the kernel does not take. */
const REFUSED_WAIT_MS = 10_000;

/** How many services an announce says it waits for. */
const NAMES_MAX = 3;

/** A route is leaving: weights of its services wait until ExaBGP has its withdraw. */
export function awaitSent(core: Core, entry: RouteEntry, nowMs: number): void {
  if (core.graph.config.exabgp.via !== 'off') entry.unsentUntilMs = nowMs + SENT_WAIT_MS;
}

/**
 * Whether the weights of a service stay as they are for now. Where the budget holds a withdraw
 * back the route stays announced, so its last servers keep their weights until it may go; as
 * long as others live, those that failed go at once, for they take traffic from the living.
 */
export function areWeightsHeld(pool: Pool): boolean {
  return pool.routes.some(
    ({ unsentUntilMs, state }) =>
      unsentUntilMs !== Infinity || (state === 'held' && pool.sums.up === 0),
  );
}

/** What an announce has to wait for, in words; `null`: nothing. */
export function waitsFor(core: Core, entry: RouteEntry, nowMs: number): string | null {
  const { ipvs } = core.graph.config;
  const isInPlace = entry.state !== 'pending' && entry.state !== 'withdrawn';
  if (isInPlace || ipvs.via === 'off' || ipvs.dryRun) return null;
  const pools = [...poolsOf(core.graph, entry.route.when)].filter(
    (pool) => pool.health === 'up' && !isConfirmed(pool),
  );
  if (pools.length === 0) return null;
  // A service that the kernel lacks would be a black hole: that is waited for without an end,
  // unless the route is in place already. Once it is there, the usual wait begins.
  const isBlocked = !entry.isAdopted && pools.some(isMissing);
  if (entry.waitsSinceMs === Infinity || entry.isBlocked) entry.waitsSinceMs = nowMs;
  entry.isBlocked = isBlocked;
  const waitMs = core.ipvs.state === 'connected' ? REFUSED_WAIT_MS : LOST_WAIT_MS;
  entry.waitUntilMs = isBlocked ? Infinity : entry.waitsSinceMs + waitMs;
  timeRoute(core, entry);
  const names = pools.slice(0, NAMES_MAX).map(({ name }) => name);
  if (pools.length > NAMES_MAX) names.push(`${pools.length - NAMES_MAX} more`);
  const text = names.join(', ');
  if (entry.waitUntilMs > nowMs) {
    return isBlocked
      ? `waits for IPVS service ${text}, which the kernel does not have`
      : `waits for IPVS weights of ${text}`;
  }
  core.draft.unconfirmed.push(`${entry.route.key} (${text})`);
  return null;
}

function isConfirmed({ ipvs, servers }: Pool): boolean {
  if (ipvs === null) return true;
  if (ipvs.isMissing || ipvs.unready > 0) return false;
  return servers.some((server) => server.ipvs !== null && isServing(server.ipvs));
}

/** The kernel lacks the service, or every server of it that is up. */
function isMissing({ ipvs, servers }: Pool): boolean {
  if (ipvs === null) return false;
  if (ipvs.isMissing) return true;
  return !servers.some((server) => server.ipvs !== null && isServing(server.ipvs));
}

function isServing(ipvs: NonNullable<Pool['servers'][number]['ipvs']>): boolean {
  return !ipvs.isMissing && tableHealth(ipvs) === 'up';
}

/** It is announced, or not wanted any more. */
export function stopWaiting(core: Core, entry: RouteEntry): void {
  if (entry.waitsSinceMs === Infinity) return;
  entry.waitsSinceMs = Infinity;
  entry.waitUntilMs = Infinity;
  entry.isBlocked = false;
  entry.wantedBy = null;
  timeRoute(core, entry);
}

/** Announces that wait for this service are looked at again. True where there are any. */
export function touchWaiting(core: Core, pool: Pool): boolean {
  let isAny = false;
  for (const entry of pool.routes) {
    if (entry.waitsSinceMs === Infinity) continue;
    touchRoute(core, entry);
    isAny = true;
  }
  return isAny;
}

/** One deadline for all that a route may wait for: the earliest. */
export function timeRoute(core: Core, entry: RouteEntry): void {
  const { waitUntilMs: waitMs, unsentUntilMs, drainUntilMs } = entry;
  core.deadlines.set(entry, Math.min(waitMs, unsentUntilMs, drainUntilMs));
}

/** Told once for all announces, until the table can be read again. */
export function noticeUnconfirmed(core: Core): void {
  const { unconfirmed, notices } = core.draft;
  core.draft.unconfirmed = [];
  const [first] = unconfirmed;
  if (first === undefined || core.ipvs.isUnconfirmedTold) return;
  core.ipvs.isUnconfirmedTold = true;
  const more = unconfirmed.length > 1 ? ` and ${unconfirmed.length - 1} more` : '';
  const why = core.ipvs.state === 'connected' ? 'does not take them' : 'cannot be reached';
  notices.push({
    level: 'warn',
    event: 'ipvs_unconfirmed',
    message: `announced without confirmed weights, because IPVS ${why}: ${first}${more}`,
  });
}
