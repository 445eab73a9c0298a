import type { Damping } from '../../model/check.ts';

/** The falls of one signal, of which older ones count less (RFC 2439, kept local and short). */
export interface Flaps {
  /** The penalty as it was at `atMs`; it decays from there. */
  readonly penalty: number;
  /** The last fall, monotonic milliseconds. */
  readonly atMs: number;
  /** Falls since the penalty was last below half of `reuse`, for the reason text. */
  readonly falls: number;
  readonly suppressed: boolean;
}

/** The penalty at `nowMs`: halved for each `halfLifeMs` since the last fall. */
export function penaltyAt(flaps: Flaps, nowMs: number, damping: Damping): number {
  return flaps.penalty * 2 ** (-(nowMs - flaps.atMs) / damping.halfLifeMs);
}

/** One more fall at `nowMs`. The signal is suppressed when that takes the penalty above `suppress`. */
export function addFall(flaps: Flaps | null, nowMs: number, damping: Damping): Flaps {
  if (flaps === null) {
    return { penalty: 1, atMs: nowMs, falls: 1, suppressed: damping.suppress < 1 };
  }
  const left = penaltyAt(flaps, nowMs, damping);
  return {
    penalty: left + 1,
    atMs: nowMs,
    falls: flaps.suppressed || left >= damping.reuse / 2 ? flaps.falls + 1 : 1,
    suppressed: flaps.suppressed || left + 1 > damping.suppress,
  };
}

/**
 * When a suppressed signal may be used again, monotonic milliseconds, if it does
 * not fall once more before. Without damping (a reload took it away): at once.
 */
export function reuseAtMs(flaps: Flaps, damping: Damping | null): number {
  if (damping === null) return flaps.atMs;
  const halfLives = Math.max(0, Math.log2(flaps.penalty / damping.reuse));
  return flaps.atMs + Math.ceil(damping.halfLifeMs * halfLives);
}
