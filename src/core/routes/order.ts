import type { Cause } from '../../model/turn.ts';
import type { Core } from '../core.ts';
import { poolsOf } from '../health/lookup.ts';
import type { Pool } from '../health/pool.ts';
import { tableHealth, type IpvsServer } from '../ipvs/ipvs-server.ts';
import type { Writable } from '../writable.ts';
import type { RouteEntry } from './entry.ts';
import { setUnsentUntil, setWaitUntil } from './timers.ts';

/**
 * Announce last, withdraw first: a weight falls after the withdraws of the same cause were handed
 * to ExaBGP, and an announce follows the weights it relies on. Each wait has a limit, except that
 * for a service which the IPVS table does not have.
 */

/** How long weights wait for a withdraw to be handed over, where ExaBGP is stuck or gone. */
const SENT_WAIT_MS = 1000;

/** How long an announce waits where the IPVS table cannot be read. */
const LOST_WAIT_MS = 2000;

/** How long an announce waits for weights that the IPVS table does not take. */
const REFUSED_WAIT_MS = 10_000;

/** How many services the reason of a waiting announce names. */
const NAMES_MAX = 3;

/** A route is withdrawn: weights of its services wait until ExaBGP has the withdraw. */
export function awaitSent(core: Core, entry: RouteEntry, nowMs: number): void {
  if (core.graph.config.exabgp.via !== 'off') setUnsentUntil(core, entry, nowMs + SENT_WAIT_MS);
}

/** Withdraws were handed to ExaBGP: weights of the same cause may fall. True where any wait. */
export function onSent(core: Core, keys: readonly string[]): boolean {
  for (const key of keys) {
    const entry = core.graph.routes.get(key);
    if (entry?.state === 'withdrawn') setUnsentUntil(core, entry, Infinity);
  }
  return core.falling.size > 0;
}

type Waiting = Writable<RouteEntry, 'waitsSinceMs' | 'isBlocked' | 'wantedBy'>;

/** What an announce has to wait for, as a reason; `null`: it does not have to wait. */
export function waitsFor(core: Core, entry: Waiting, cause: Cause, nowMs: number): string | null {
  const { ipvs } = core.graph.config;
  const isInPlace = entry.state !== 'pending' && entry.state !== 'withdrawn';
  if (isInPlace || ipvs.via === 'off' || ipvs.dryRun) return null;
  const pools = [...poolsOf(core.graph, entry.route.when)].filter(
    (pool) => pool.health === 'up' && !areWeightsConfirmed(pool),
  );
  if (pools.length === 0) return null;
  // Traffic for a service that the IPVS table lacks would be lost: there is no limit to that wait,
  // unless the route is in place already. Once the service is there, the usual wait begins.
  const isBlocked = !entry.isAdopted && pools.some(isMissing);
  if (entry.waitsSinceMs === Infinity || entry.isBlocked) entry.waitsSinceMs = nowMs;
  entry.isBlocked = isBlocked;
  const limitMs = core.ipvs.state === 'connected' ? REFUSED_WAIT_MS : LOST_WAIT_MS;
  setWaitUntil(core, entry, isBlocked ? Infinity : entry.waitsSinceMs + limitMs);
  const names = namesOfPools(pools);
  if (entry.waitUntilMs <= nowMs) {
    core.draft.unconfirmed.push(`${entry.route.key} (${names})`);
    return null;
  }
  entry.wantedBy = cause;
  return isBlocked
    ? `waits for IPVS service ${names}, which the IPVS table does not have`
    : `waits for IPVS weights of ${names}`;
}

function namesOfPools(pools: readonly Pool[]): string {
  const names = pools.slice(0, NAMES_MAX).map(({ name }) => name);
  if (pools.length > NAMES_MAX) names.push(`${pools.length - NAMES_MAX} more`);
  return names.join(', ');
}

function areWeightsConfirmed({ ipvs, servers }: Pool): boolean {
  if (ipvs === null) return true;
  if (ipvs.isMissing || ipvs.unready > 0) return false;
  return servers.some((server) => server.ipvs !== null && isServing(server.ipvs));
}

/** The table lacks the service, or every server of it that is up. */
function isMissing({ ipvs, servers }: Pool): boolean {
  if (ipvs === null) return false;
  if (ipvs.isMissing) return true;
  return !servers.some((server) => server.ipvs !== null && isServing(server.ipvs));
}

function isServing(ipvs: IpvsServer): boolean {
  return !ipvs.isMissing && tableHealth(ipvs) === 'up';
}

/** The route is announced, or not to be announced any more. */
export function stopWaiting(core: Core, entry: Waiting): void {
  if (entry.waitsSinceMs === Infinity) return;
  entry.waitsSinceMs = Infinity;
  entry.isBlocked = false;
  entry.wantedBy = null;
  setWaitUntil(core, entry, Infinity);
}

/** Logged once for all such announces, until the table can be read again. */
export function noticeUnconfirmed(core: Core): void {
  const { unconfirmed, notices } = core.draft;
  const keys = unconfirmed.splice(0);
  const [first] = keys;
  if (first === undefined || core.ipvs.isUnconfirmedLogged) return;
  core.ipvs.isUnconfirmedLogged = true;
  const more = keys.length > 1 ? ` and ${keys.length - 1} more` : '';
  const why = core.ipvs.state === 'connected' ? 'does not take them' : 'cannot be reached';
  notices.push({
    level: 'warn',
    event: 'ipvs_unconfirmed',
    message: `announced without confirmed weights, because IPVS ${why}: ${first}${more}`,
  });
}
