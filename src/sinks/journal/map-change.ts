import type { MapChange } from './record.ts';

/** The changes from one map to another. */
export function mapChange<V>(
  before: ReadonlyMap<string, V>,
  after: ReadonlyMap<string, V>,
  isSame: (a: V, b: V) => boolean,
): MapChange<V> {
  const set = [...after].filter(([key, value]) => {
    const old = before.get(key);
    return old === undefined || !isSame(old, value);
  });
  return { set, gone: [...before.keys()].filter((key) => !after.has(key)) };
}

/** Returns a new map: others may hold the one before. */
export function applyMapChange<V>(
  before: ReadonlyMap<string, V>,
  { set, gone }: MapChange<V>,
): Map<string, V> {
  const after = new Map(before);
  for (const key of gone) after.delete(key);
  for (const [key, value] of set) after.set(key, value);
  return after;
}
