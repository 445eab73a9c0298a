import type { BaseWeight } from '../../model/report.ts';
import type { Cause, Health } from '../../model/turn.ts';
import type { Due } from '../deadlines.ts';
import { countedHealth } from '../settle/settle.ts';
import type { Target } from '../settle/target.ts';
import type { Writable } from '../writable.ts';

/** A weight in the IPVS table; `removed`: taken out of it. */
export type Weight = number | 'removed';

/** One real server's entry in the IPVS table: what should be there, and what is known of it. */
export interface IpvsServer extends Due {
  readonly kind: 'slow-start';
  readonly server: Target;
  /** The base weight that the table has; `null` while none was read. */
  readonly found: BaseWeight | null;
  /** What follows from health and rules; `null`: no opinion yet. */
  readonly wanted: Weight | null;
  /** What sinks are to set: `wanted`, except while its fall waits for a withdraw. */
  readonly intended: Weight | null;
  /** What was read back since `intended` changed; `null`: nothing. */
  readonly confirmed: Weight | null;
  /** The table lacks it. */
  readonly isMissing: boolean;
  /** Announces do not wait for it: its weight is confirmed, or not needed. */
  readonly isReady: boolean;
  /** Without a verdict when `startup_timeout` passed. */
  readonly doesCountDown: boolean;
  /** Failed and at weight 0; a server that failed and is not depooled is kept by `min_pooled`. */
  readonly isDepooled: boolean;
  /** When it recovered, while it starts slowly; Infinity otherwise. */
  readonly slowFromMs: number;
  /** The root of `wanted`. */
  readonly cause: Cause | null;
  /** The root of its next weight, if that differs from the present one. */
  readonly touchedBy: Cause | null;
  /** `null`: never counted. */
  readonly activeConnections: number | null;
  readonly isTouched: boolean;
}

/** It counts as ready at first: nothing is announced for it before it is up. */
export function createTableServer(server: Target): IpvsServer {
  return {
    kind: 'slow-start',
    server,
    found: null,
    wanted: null,
    intended: null,
    confirmed: null,
    isMissing: false,
    isReady: true,
    doesCountDown: false,
    isDepooled: false,
    slowFromMs: Infinity,
    cause: null,
    touchedBy: null,
    activeConnections: null,
    isTouched: false,
    slot: -1,
  };
}

/** The weight that stands for 100 %; `null` while it is not known. */
export function baseOf({ server, found }: IpvsServer): number | null {
  return server.configuredWeight ?? found?.weight ?? null;
}

/** It had weight 0 before our start: it stays at 0 until an operator changes that. */
export function isFoundDrained({ server, found }: IpvsServer): boolean {
  return server.configuredWeight === null && found !== null && found.isDrained;
}

/** `null`: the weight that was read before does not confirm the present intent. */
export function setConfirmed(ipvs: Writable<IpvsServer, 'confirmed'>, weight: Weight | null): void {
  ipvs.confirmed = weight;
}

export function setDepooled(ipvs: Writable<IpvsServer, 'isDepooled'>, isDepooled: boolean): void {
  ipvs.isDepooled = isDepooled;
}

/** The table has the weight that follows from its health; before there is one, it must not be up. */
export function isConfirmed({ wanted, intended, confirmed, server }: IpvsServer): boolean {
  if (wanted === null) return countedHealth(server.state, server.settle) !== 'up';
  // A server that cannot be removed safely is left at 0 by the sink: it gets no traffic either way.
  const isWanted = confirmed === wanted || (wanted === 'removed' && confirmed === 0);
  return intended === wanted && isWanted;
}

/**
 * The health that its weight follows. Without a verdict it is unknown until `startup_timeout` has
 * passed. With an observer that stays lost under `on_lost: hold` it is the last health known.
 */
export function tableHealth({ server, doesCountDown }: IpvsServer): Health {
  const { state, settle } = server;
  const health = countedHealth(state, settle);
  if (health !== 'unknown') return health;
  if (state.cause === null) return doesCountDown ? 'down' : 'unknown';
  return state.wasUp ? 'up' : 'unknown';
}
