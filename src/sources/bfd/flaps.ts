import type { BfdStatus } from './interface-row.ts';

/**
 * How often the session fell and rose again between two updates that both
 * showed it forwarding: ovsdb-server joins updates for a reader that is slow.
 * `flap_count` counts each change of `forwarding`, so that one fall counts two.
 * It begins anew from 0 with each vswitchd, and a session then begins as down.
 */
export function hiddenFalls(before: BfdStatus, now: BfdStatus): number {
  if (before.get('forwarding') !== 'true' || now.get('forwarding') !== 'true') return 0;
  const countBefore = countOf(before);
  const countNow = countOf(now);
  if (countBefore === null || countNow === null) return 0;
  if (countNow < countBefore) return Math.max(1, Math.ceil(countNow / 2));
  return Math.ceil((countNow - countBefore) / 2);
}

function countOf(status: BfdStatus): number | null {
  const text = status.get('flap_count') ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

export function flapReason(falls: number): string {
  return `flapped ${falls} ${falls === 1 ? 'time' : 'times'} between two updates`;
}
