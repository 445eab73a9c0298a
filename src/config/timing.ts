import { DEFAULTS } from './defaults.ts';
import type { Loose } from './loose.ts';
import { parseDuration } from './parse/duration.ts';
import { known } from './parse/result.ts';
import type { CheckOverrideFile } from './schema/checks.ts';

export interface Timing {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly fastIntervalMs: number;
}

type TimingKeys = Loose<Pick<CheckOverrideFile, 'interval' | 'timeout' | 'fast_interval'>>;

/** The times of a check once all its layers are merged, or of a signal; `null` where one of them is faulty. */
export function timingOf(
  merged: TimingKeys,
  defaultIntervalMs: number = DEFAULTS.check.intervalMs,
): Timing | null {
  const intervalMs = durationOr(merged, 'interval', defaultIntervalMs);
  if (intervalMs === null) return null;
  const timeoutMs = durationOr(merged, 'timeout', Math.floor(intervalMs / 2));
  const fast = Math.max(DEFAULTS.check.fastIntervalMinMs, Math.floor(intervalMs / 5));
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
