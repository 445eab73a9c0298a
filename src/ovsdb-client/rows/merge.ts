import { isArray } from '../json.ts';
import { sorted, type Atom, type Value } from '../values.ts';

/**
 * Applies the `modify` of update2 and update3 to one column (ovsdb-server(7),
 * "Update2 Notification"). Where a column can hold several elements, the server
 * sends what differs; otherwise the new value itself.
 */
export function mergeValue(hasSeveral: boolean, old: Value, sent: Value): Value {
  if (!hasSeveral) return sent;
  if (old instanceof Map && sent instanceof Map) return mergeMaps(old, sent);
  if (isArray(old) && isArray(sent)) return exclusiveOr(old, sent);
  return sent;
}

/** A pair that is there already is removed; any other is set. */
function mergeMaps(
  old: ReadonlyMap<Atom, Atom>,
  sent: ReadonlyMap<Atom, Atom>,
): ReadonlyMap<Atom, Atom> {
  const merged = new Map(old);
  for (const [key, value] of sent) {
    if (old.get(key) === value) merged.delete(key);
    else merged.set(key, value);
  }
  return merged;
}

/** An element that is there already is removed; any other is added. */
function exclusiveOr(old: readonly Atom[], sent: readonly Atom[]): readonly Atom[] {
  const merged = new Set(old);
  for (const atom of sent) if (!merged.delete(atom)) merged.add(atom);
  return sorted([...merged]);
}
