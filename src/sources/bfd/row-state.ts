import type { BfdStatus, InterfaceRow } from './interface-row.ts';

/** What the database holds of one interface. */
export type RowState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'missing'; readonly wasThere: boolean }
  | PresentRow;

export interface PresentRow {
  readonly kind: 'row';
  readonly row: InterfaceRow;
  /** Until when an empty `bfd_status` need not mean that BFD is off; `null`: it is not empty. */
  readonly emptyUntilMs: number | null;
  /** When `bfd_status` was seen to change; `-Infinity`: not since it was first read. */
  readonly statusChangedMs: number;
}

/** BFD that is switched off and on again is off for a moment. */
export const EMPTY_GRACE_MS = 3000;
/**
 * ovsdb-server begins with empty columns, and vswitchd may take this long until it tries
 * to connect again: its pauses double up to 8 s (lib/reconnect.c of Open vSwitch).
 */
export const RECONNECT_GRACE_MS = 10_000;

/**
 * The state that follows from a row and the state before it. `graceMs`: how long an empty
 * `bfd_status` does not mean that BFD is off; longer after a database was read anew.
 */
export function rowStateOf(
  row: InterfaceRow,
  before: RowState,
  nowMs: number,
  graceMs: number,
): PresentRow {
  const emptyUntilMs = row.bfd_status.size === 0 ? nowMs + graceMs : null;
  if (before.kind !== 'row') {
    // A row that came while we watched is new; one of the first read may be of any age.
    const statusChangedMs = before.kind === 'missing' ? nowMs : -Infinity;
    return { kind: 'row', row, emptyUntilMs, statusChangedMs };
  }
  const isChanged = !isEqual(before.row.bfd_status, row.bfd_status);
  return {
    kind: 'row',
    row,
    emptyUntilMs: emptyUntilMs === null ? null : (before.emptyUntilMs ?? emptyUntilMs),
    statusChangedMs: isChanged ? nowMs : before.statusChangedMs,
  };
}

function isEqual(a: BfdStatus, b: BfdStatus): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}
