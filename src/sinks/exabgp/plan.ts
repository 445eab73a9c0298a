import { COMMAND_MAX_BYTES, encodeBatchHead, encodeChange } from '../../protocol/exabgp/encode.ts';
import { prefixFamily } from '../../protocol/exabgp/syntax.ts';
import type { LedgerEntry, WantedRoute } from './entry.ts';
import { BATCH_MAX, BATCH_MIN, PLAN_MAX_KEYS } from './limits.ts';

/** A line to write and the changes in it. */
interface Planned {
  readonly text: string;
  readonly changes: readonly Change[];
}

interface Change {
  readonly entry: LedgerEntry;
  readonly want: WantedRoute;
}

/** What may still be written before an answer comes. */
export interface Room {
  lines: number;
  bytes: number;
}

export interface LinePlan {
  readonly lines: readonly Planned[];
  /** What no line can be made of. */
  readonly refused: readonly Refused[];
}

interface Refused extends Change {
  readonly reason: string;
}

/**
 * Lines for as many of the ready changes as there is room for, in their order.
 * `BATCH_MIN` and more changes that differ in their prefix only share lines.
 *
 * @param forbid why a change must not be made, or `null`.
 */
export function planLines(
  ready: Iterable<LedgerEntry>,
  room: Room,
  forbid: (want: WantedRoute) => string | null,
): LinePlan {
  const lines: Planned[] = [];
  const refused: Refused[] = [];
  for (const group of groups(ready, forbid, refused)) {
    const [first] = group;
    if (first === undefined) continue;
    const head = group.length >= BATCH_MIN ? encodeBatchHead(first.want) : null;
    if (head?.ok === true) {
      for (const line of batches(head.line, group)) if (!take(line, room, lines)) break;
    } else {
      for (const change of group) {
        const encoded = encodeChange(change.want);
        if (!encoded.ok) refused.push({ ...change, reason: encoded.reason });
        else if (!take({ text: encoded.line, changes: [change] }, room, lines)) break;
      }
    }
    if (room.lines <= 0) break;
  }
  return { lines, refused };
}

function take(line: Planned, room: Room, lines: Planned[]): boolean {
  const bytes = line.text.length + 1;
  if (room.lines < 1 || room.bytes < bytes) {
    // Nothing smaller may overtake it.
    room.lines = 0;
    return false;
  }
  room.lines -= 1;
  room.bytes -= bytes;
  lines.push(line);
  return true;
}

function groups(
  ready: Iterable<LedgerEntry>,
  forbid: (want: WantedRoute) => string | null,
  refused: Refused[],
): Iterable<readonly Change[]> {
  const byKind = new Map<string, Change[]>();
  let count = 0;
  for (const entry of ready) {
    if (count === PLAN_MAX_KEYS) break;
    count += 1;
    const { want } = entry;
    if (want === null) continue;
    const reason = forbid(want);
    if (reason !== null) {
      refused.push({ entry, want, reason });
      continue;
    }
    const kind = kindOf(entry, want);
    const group = byKind.get(kind);
    if (group === undefined) byKind.set(kind, [{ entry, want }]);
    else group.push({ entry, want });
  }
  return byKind.values();
}

function kindOf(entry: LedgerEntry, want: WantedRoute): string {
  const { key, prefix, pathId, neighbor } = want.route;
  // Path ids get lost in a batch, and what failed before must not take others with it.
  if (pathId !== null || entry.failures > 0) return key;
  return `${neighbor ?? '*'} ${prefixFamily(prefix)} ${want.nextHop} ${want.fingerprint}`;
}

function* batches(head: string, group: readonly Change[]): Generator<Planned> {
  let text = head;
  let changes: Change[] = [];
  for (const change of group) {
    const { prefix } = change.want.route;
    if (changes.length === BATCH_MAX || text.length + 1 + prefix.length > COMMAND_MAX_BYTES) {
      yield { text, changes };
      text = head;
      changes = [];
    }
    text += ` ${prefix}`;
    changes.push(change);
  }
  yield { text, changes };
}
