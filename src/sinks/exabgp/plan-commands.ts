import { COMMAND_MAX_BYTES, encodeBatchHead, encodeChange } from '../../protocol/exabgp/encode.ts';
import { prefixFamily } from '../../protocol/exabgp/syntax.ts';
import type { ExabgpCommand, LedgerEntry, WantedRoute } from './ledger-entry.ts';
import { BATCH_MAX_PREFIXES, BATCH_MIN_PREFIXES, PLAN_MAX_ROUTES } from './limits.ts';

/** What may still be written before an answer comes. Planning takes from it. */
export interface Room {
  commands: number;
  bytes: number;
}

/** A change that cannot be made. */
interface RefusedChange {
  readonly want: WantedRoute;
  readonly reason: string;
}

export interface CommandPlan {
  readonly commands: readonly ExabgpCommand[];
  readonly refused: readonly RefusedChange[];
}

/**
 * Commands for as many of the ready changes as there is room for, in their order.
 * From `BATCH_MIN_PREFIXES` on, changes that differ in their prefix alone share commands.
 *
 * @param ready all of one kind, announces or withdraws.
 * @param refusal why a change must not be made, or `null`.
 */
export function planCommands(
  kind: 'withdraw' | 'announce',
  ready: Iterable<LedgerEntry>,
  room: Room,
  refusal: (want: WantedRoute) => string | null,
  nowMs: number,
): CommandPlan {
  const commands: ExabgpCommand[] = [];
  const refused: RefusedChange[] = [];
  const add = (text: string, wants: readonly WantedRoute[]): boolean => {
    if (!takeRoom(room, text)) return false;
    commands.push({ text, kind, wants, writtenAtMs: nowMs, isOverdue: false });
    return true;
  };
  for (const group of groups(ready, refusal, refused)) {
    const head = batchHead(group);
    if (head === null) {
      for (const want of group) {
        const encoded = encodeChange(want);
        if (!encoded.ok) refused.push({ want, reason: encoded.reason });
        else if (!add(encoded.line, [want])) break;
      }
    } else for (const { text, wants } of batches(head, group)) if (!add(text, wants)) break;
    if (room.commands <= 0) break;
  }
  return { commands, refused };
}

function takeRoom(room: Room, text: string): boolean {
  const bytes = text.length + 1;
  if (room.commands < 1 || room.bytes < bytes) {
    // Nothing smaller may overtake it.
    room.commands = 0;
    return false;
  }
  room.commands -= 1;
  room.bytes -= bytes;
  return true;
}

/** Changes that may share commands, in the order of their first. */
function groups(
  ready: Iterable<LedgerEntry>,
  refusal: (want: WantedRoute) => string | null,
  refused: RefusedChange[],
): Iterable<readonly WantedRoute[]> {
  const byBatchKey = new Map<string, WantedRoute[]>();
  let count = 0;
  for (const { want, route } of ready) {
    if (count === PLAN_MAX_ROUTES) break;
    count += 1;
    if (want === null) throw new Error(`bug: ${route.key} is ready, but nothing is wanted`);
    const reason = refusal(want);
    if (reason !== null) {
      refused.push({ want, reason });
      continue;
    }
    const batchKey = batchKeyOf(want);
    const group = byBatchKey.get(batchKey);
    if (group === undefined) byBatchKey.set(batchKey, [want]);
    else group.push(want);
  }
  return byBatchKey.values();
}

function batchKeyOf({ entry, fingerprint, nextHop }: WantedRoute): string {
  const { key, prefix, pathId, neighbor } = entry.route;
  // Path ids get lost in a batch, and what failed before must not take others with it.
  if (pathId !== null || entry.failures > 0) return key;
  return `${neighbor ?? '*'} ${prefixFamily(prefix)} ${nextHop} ${fingerprint}`;
}

function batchHead(group: readonly WantedRoute[]): string | null {
  const [first] = group;
  if (first === undefined || group.length < BATCH_MIN_PREFIXES) return null;
  const head = encodeBatchHead(first);
  return head.ok ? head.line : null;
}

function* batches(
  head: string,
  group: readonly WantedRoute[],
): Generator<{ readonly text: string; readonly wants: readonly WantedRoute[] }> {
  let text = head;
  let wants: WantedRoute[] = [];
  for (const want of group) {
    const { prefix } = want.route;
    const isFull = text.length + 1 + prefix.length > COMMAND_MAX_BYTES;
    if (wants.length === BATCH_MAX_PREFIXES || isFull) {
      yield { text, wants };
      text = head;
      wants = [];
    }
    text += ` ${prefix}`;
    wants.push(want);
  }
  yield { text, wants };
}
