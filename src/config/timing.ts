import type { Loose } from './loose.ts';
import { parseDuration } from './parse/duration.ts';
import { known } from './parse/result.ts';
import type { CheckOverrideFile } from './schema/checks.ts';

const CHECK_INTERVAL_MS = 1_000;
/** What a signal of each type that is polled has for `interval` where it says nothing. */
export const signalIntervalMs = { exec: 10_000, execd: 5_000 };
const FAST_INTERVAL_MIN_MS = 50;

export const dampingDefaults = { halfLifeMs: 30_000, suppress: 3, reuse: 1 };

export interface Timing {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly fastIntervalMs: number;
}

type TimingKeys = Loose<Pick<CheckOverrideFile, 'interval' | 'timeout' | 'fast_interval'>>;

/** The times of a check once all its layers are merged, or of a signal; `null` where one of them is faulty. */
export function timingOf(
  merged: TimingKeys,
  defaultIntervalMs: number = CHECK_INTERVAL_MS,
): Timing | null {
  const intervalMs = durationOr(merged, 'interval', defaultIntervalMs);
  if (intervalMs === null) return null;
  const timeoutMs = durationOr(merged, 'timeout', Math.floor(intervalMs / 2));
  const fast = Math.max(FAST_INTERVAL_MIN_MS, Math.floor(intervalMs / 5));
  const fastIntervalMs = durationOr(merged, 'fast_interval', Math.min(intervalMs, fast));
  if (timeoutMs === null || fastIntervalMs === null) return null;
  return { intervalMs, timeoutMs, fastIntervalMs };
}

/** A key that is there with nothing in it was faulty: no default stands for it. */
function durationOr<Key extends string>(
  keys: { readonly [K in Key]?: string | undefined },
  key: Key,
  defaultMs: number,
): number | null {
  if (!(key in keys)) return defaultMs;
  const text = keys[key];
  return text === undefined ? null : known(parseDuration(text));
}
