import type { BfdStatus, InterfaceRow } from './interface-row.ts';

/** What the database holds of one interface. */
export type Sight =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'missing'; readonly wasThere: boolean }
  | RowSight;

export interface RowSight {
  readonly kind: 'row';
  readonly row: InterfaceRow;
  /** Since when `bfd_status` is empty; `null`: it is not. */
  readonly emptySinceMs: number | null;
  /** When `bfd_status` was seen to change; `-Infinity`: not since it was first read. */
  readonly statusChangedMs: number;
}

/** What a row shows, in the light of what was seen before. */
export function sightOf(row: InterfaceRow, before: Sight, nowMs: number): RowSight {
  const isEmpty = row.bfd_status.size === 0;
  if (before.kind !== 'row') {
    // A row that came while we watched is new; one of the first look may be of any age.
    const statusChangedMs = before.kind === 'missing' ? nowMs : -Infinity;
    return { kind: 'row', row, emptySinceMs: isEmpty ? nowMs : null, statusChangedMs };
  }
  const changed = !isEqual(before.row.bfd_status, row.bfd_status);
  return {
    kind: 'row',
    row,
    emptySinceMs: isEmpty ? (before.emptySinceMs ?? nowMs) : null,
    statusChangedMs: changed ? nowMs : before.statusChangedMs,
  };
}

function isEqual(a: BfdStatus, b: BfdStatus): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}
