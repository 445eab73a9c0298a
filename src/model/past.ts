import type { Drain } from './drain.ts';
import type { ActionReport } from './report.ts';
import type { Decision, HealthChange } from './turn.ts';

/** Something that an earlier process recorded. Its times are monotonic milliseconds of that process. */
export type PastEvent =
  | { readonly kind: 'health'; readonly change: HealthChange }
  | { readonly kind: 'decision'; readonly decision: Decision }
  | { readonly kind: 'action'; readonly report: ActionReport }
  | {
      readonly kind: 'drain';
      readonly change: 'begun' | 'ended';
      readonly drain: Drain;
      readonly by: string;
      readonly atMs: number;
    };

/** One instant by both clocks of that process. */
export interface PastClock {
  readonly atMs: number;
  readonly wallMs: number;
}

/** What is asked for: between two times of the wall clock, and of much only the newest. */
export interface PastSpan {
  readonly fromWallMs: number;
  readonly toWallMs: number;
  readonly changesMax: number;
  readonly actionsMax: number;
}

/**
 * Reads what earlier processes recorded, oldest first. Never rejects: resolves with a
 * sentence about what had to be left out, or `null`. Ends early when `signal` aborts. The files are opened
 * before the call returns.
 */
export type ReadPast = (
  span: PastSpan,
  take: (event: PastEvent, clock: PastClock) => void,
  signal: AbortSignal,
) => Promise<string | null>;
