import type { Notice } from '../../model/notice.ts';

/** Notices of one kind that are told within `PER_MS`; the rest is counted. */
const NOTICES_MAX = 5;
const PER_MS = 60_000;

interface Told {
  sinceMs: number;
  count: number;
  /** Not told, in this period and those before. */
  withheld: number;
}

/**
 * Passes notices on at a bounded rate for each `event`: 20,000 targets that
 * all lack the same thing are told five times a minute, with their number.
 */
export function limitNotices(
  notify: (notice: Notice) => void,
  nowMs: () => number,
): (notice: Notice) => void {
  const byEvent = new Map<string, Told>();
  return (notice) => {
    const atMs = nowMs();
    const told = byEvent.get(notice.event) ?? { sinceMs: atMs, count: 0, withheld: 0 };
    byEvent.set(notice.event, told);
    if (atMs - told.sinceMs >= PER_MS) {
      told.sinceMs = atMs;
      told.count = 0;
    }
    if (told.count >= NOTICES_MAX) {
      told.withheld += 1;
      return;
    }
    told.count += 1;
    const more = told.withheld > 0 ? ` (and ${told.withheld} more like it before)` : '';
    told.withheld = 0;
    notify({ ...notice, message: notice.message + more });
  };
}
