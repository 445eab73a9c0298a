import type { Health } from '../../model/turn.ts';
import type { Pool, TableServer, TableServiceState, Target } from '../nodes.ts';
import { countedHealth } from '../settle/settle.ts';

/** Keeps what the service had before a reload. */
export function tableServiceOf(pool: Pool): TableServiceState {
  return (
    pool.ipvs ?? {
      isMissing: false,
      unready: 0,
      touched: [],
      isTouched: false,
      waiting: new Set(),
      activeConnections: 0,
      countedAtMs: -Infinity,
    }
  );
}

/** Keeps what the server had before a reload; `null` where its service is not in the kernel. */
export function tableServerOf(
  server: Target,
  pool: Pool,
  configured: number | null,
): TableServer | null {
  server.weight = configured ?? 1;
  if (pool.ipvs === null) return null;
  if (server.ipvs !== null) {
    server.ipvs.configured = configured;
    return server.ipvs;
  }
  // Not counted in `unready` yet: nothing is relied on before it is up.
  return {
    kind: 'slow-start',
    server,
    configured,
    found: null,
    wanted: null,
    intended: null,
    confirmed: null,
    isMissing: false,
    isReady: true,
    countsDown: false,
    isDepooled: false,
    slowFromMs: Infinity,
    cause: null,
    touchedBy: null,
    activeConnections: null,
    isTouched: false,
    slot: -1,
  };
}

/** The weight that stands for 100 %; `null` while nobody knows it. */
export function baseOf(ipvs: TableServer): number | null {
  return ipvs.configured ?? ipvs.found?.weight ?? null;
}

/** Somebody set it to 0 before us, and nobody told us otherwise: it stays out. */
export function isFoundDrained(ipvs: TableServer): boolean {
  return ipvs.configured === null && ipvs.found !== null && ipvs.found.isDrained;
}

/** Keeps count of what is not confirmed. A server that the table lacks is not waited for. */
export function countReady(service: TableServiceState, ipvs: TableServer): void {
  const isReady = ipvs.isMissing || isConfirmed(ipvs);
  if (isReady === ipvs.isReady) return;
  ipvs.isReady = isReady;
  service.unready += isReady ? -1 : 1;
}

function isConfirmed(ipvs: TableServer): boolean {
  const { wanted, intended, confirmed, server } = ipvs;
  // Where a server cannot be taken out safely the sink leaves it at 0: it takes nothing either way.
  const isWanted = confirmed === wanted || (wanted === 'removed' && confirmed === 0);
  if (wanted !== null) return intended === wanted && isWanted;
  return countedHealth(server.state, server.settle) !== 'up';
}

/**
 * The health that its weight follows. What was never judged says nothing, until
 * `startup_timeout`; an observer that stays lost under `on_lost: hold` says what it said last.
 */
export function tableHealth({ server, countsDown }: TableServer): Health {
  const { state, settle } = server;
  const health = countedHealth(state, settle);
  if (health !== 'unknown') return health;
  if (state.cause === null) return countsDown ? 'down' : 'unknown';
  return state.wasUp ? 'up' : 'unknown';
}
