import { bad, good, type Parsed } from './result.ts';

export const DURATION_EXPECTED = 'expected a duration such as 250ms, 5s, 1m or 2h';
export const durationPattern = String.raw`^(0|[1-9][0-9]*)(\.[0-9]+)?(ms|s|m|h)$`;

/** A longer timer would overflow: Node's timers count 31 bits of milliseconds. */
const DURATION_MAX_MS = 2 ** 31 - 1;

const format = new RegExp(durationPattern);
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Text with a unit → milliseconds. */
export function parseDuration(text: string): Parsed<number> {
  const match = format.exec(text);
  const unit = unitMs[match?.[3] ?? ''];
  if (match === null || unit === undefined) return bad(DURATION_EXPECTED);
  const ms = Math.round(Number(`${match[1]}${match[2] ?? ''}`) * unit * 1e6) / 1e6;
  if (!Number.isInteger(ms)) return bad('expected a duration in whole milliseconds');
  if (ms > DURATION_MAX_MS) return bad('expected a duration of at most 596h');
  return good(ms);
}

/** Milliseconds → the shortest text with a whole number, for messages. */
export function durationText(ms: number): string {
  for (const unit of ['h', 'm', 's']) {
    const length = unitMs[unit] ?? 1;
    if (ms !== 0 && ms % length === 0) return `${ms / length}${unit}`;
  }
  return `${ms}ms`;
}
