import type { Health, RouteState } from './turn.ts';

/**
 * What decisions depend on in addition to the configuration and the results to come. Taken from a running
 * core and resumed by the next one, so that a restart forgets nothing. Small and plain: it is JSON.
 * Times are monotonic milliseconds of the process that holds it; those of its predecessor come
 * out negative.
 */
export interface Checkpoint {
  readonly targets: readonly TargetCheckpoint[];
  readonly pools: readonly PoolCheckpoint[];
  readonly routes: readonly RouteCheckpoint[];
  /** Withdraws that `max_withdraw` counts, oldest first. */
  readonly withdrawnAtMs: readonly number[];
}

/** A signal, or one real server's check. */
export interface TargetCheckpoint {
  readonly key: string;
  readonly health: Health;
  readonly sinceMs: number;
  /** Of what is down, or has lost its observer: the result at the root. */
  readonly cause?: { readonly reason: string; readonly atMs: number };
  /** `updelay` or `downdelay` of this state runs, from then on. */
  readonly pending?: PendingCheckpoint;
  /** It was up before it was what it is now. */
  readonly wasUp?: boolean;
  readonly falls?: number;
  readonly flaps?: FlapsCheckpoint;
  /** The weight that its check reported, percent of its base weight; absent: 100. */
  readonly percent?: number;
  /** `min_pooled` took it out. */
  readonly isDepooled?: boolean;
  /** It starts slowly since then. */
  readonly slowFromMs?: number;
}

export interface PendingCheckpoint {
  readonly to: 'up' | 'down';
  readonly sinceMs: number;
}

/** The penalty of `damping`, as it was at `atMs`. */
export interface FlapsCheckpoint {
  readonly penalty: number;
  readonly atMs: number;
  readonly falls: number;
  readonly suppressed: boolean;
}

export interface PoolCheckpoint {
  readonly name: string;
  readonly health: Health;
  readonly sinceMs: number;
  /** For hysteresis: the last health known was up. */
  readonly wasUp: boolean;
}

export interface RouteCheckpoint {
  readonly key: string;
  readonly state: RouteState;
  readonly sinceMs: number;
  readonly isInPlace: boolean;
}
