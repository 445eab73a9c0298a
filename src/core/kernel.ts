import type { BaseWeight } from '../model/report.ts';
import type { Cause, Health } from '../model/turn.ts';
import type { Due } from './deadlines.ts';
import type { Pool, Target } from './nodes.ts';
import { countedHealth } from './settle.ts';

/** A weight in the kernel's table; `removed`: taken out of it. */
export type Weight = number | 'removed';

/** One real server's place in the kernel's table: what should be there, and what is known of it. */
export interface ServerInKernel extends Due {
  readonly kind: 'slow-start';
  readonly server: Target;
  /** The configuration's weight; `null`: the table's. */
  configured: number | null;
  /** The table's base weight; `null` while none was read. */
  found: BaseWeight | null;
  /** What follows from health and rules; `null`: no opinion yet. */
  wanted: Weight | null;
  /** What the intents say: `wanted`, but for a fall that waits for its withdraw. */
  intended: Weight | null;
  /** What was read back since it was intended; `null`: nothing. */
  confirmed: Weight | null;
  /** The table lacks it. */
  isMissing: boolean;
  /** Nothing of it is left to be confirmed. */
  isReady: boolean;
  /** Never judged, and `startup_timeout` has passed. */
  countsDown: boolean;
  /** Failed and taken out of the pool; one that failed without it is kept by `min_pooled`. */
  isDepooled: boolean;
  /** When it recovered, while it starts slowly; Infinity otherwise. */
  slowFromMs: number;
  /** Why `wanted` is what it is. */
  cause: Cause | null;
  /** Why it is to be weighed: the cause, if anything comes of it. */
  touchedBy: Cause | null;
  /** `null` while nobody has counted. */
  activeConnections: number | null;
  isTouched: boolean;
}

/** One service's place in the kernel's table. */
export interface ServiceInKernel {
  /** The table lacks it: whatever is announced for it goes nowhere. */
  isMissing: boolean;
  /** How many of its servers are not ready. */
  unready: number;
  /** To be weighed in this turn. */
  touched: ServerInKernel[];
  isTouched: boolean;
  /** Servers whose fall to 0 waits for a withdraw. */
  readonly waiting: Set<ServerInKernel>;
  /** Of all its servers that were counted, at `countedAtMs`. */
  activeConnections: number;
  /** -Infinity while nobody has counted. */
  countedAtMs: number;
}

/** Keeps what the service had before a reload. */
export function serviceInKernel(pool: Pool): ServiceInKernel {
  return (
    pool.kernel ?? {
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
export function serverInKernel(
  server: Target,
  pool: Pool,
  configured: number | null,
): ServerInKernel | null {
  server.weight = configured ?? 1;
  if (pool.kernel === null) return null;
  if (server.kernel !== null) {
    server.kernel.configured = configured;
    return server.kernel;
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
export function baseOf(kernel: ServerInKernel): number | null {
  return kernel.configured ?? kernel.found?.weight ?? null;
}

/** Somebody set it to 0 before us, and nobody told us otherwise: it stays out. */
export function isFoundDrained(kernel: ServerInKernel): boolean {
  return kernel.configured === null && kernel.found !== null && kernel.found.isDrained;
}

/** Keeps count of what is not confirmed. A server that the table lacks is not waited for. */
export function countReady(service: ServiceInKernel, kernel: ServerInKernel): void {
  const isReady = kernel.isMissing || isConfirmed(kernel);
  if (isReady === kernel.isReady) return;
  kernel.isReady = isReady;
  service.unready += isReady ? -1 : 1;
}

function isConfirmed(kernel: ServerInKernel): boolean {
  const { wanted, intended, confirmed, server } = kernel;
  // Where a server cannot be taken out safely the sink leaves it at 0: it takes nothing either way.
  const isWanted = confirmed === wanted || (wanted === 'removed' && confirmed === 0);
  if (wanted !== null) return intended === wanted && isWanted;
  return countedHealth(server.state, server.settle) !== 'up';
}

/**
 * The health that its weight follows. What was never judged says nothing, until
 * `startup_timeout`; an observer that stays lost under `on_lost: hold` says what it said last.
 */
export function tableHealth({ server, countsDown }: ServerInKernel): Health {
  const { state, settle } = server;
  const health = countedHealth(state, settle);
  if (health !== 'unknown') return health;
  if (state.cause === null) return countsDown ? 'down' : 'unknown';
  return state.wasUp ? 'up' : 'unknown';
}
