import { isDeepStrictEqual } from 'node:util';

type WireAtom = string | number | boolean;
export type WireValue =
  | WireAtom
  | readonly ['set', readonly WireAtom[]]
  | readonly ['map', readonly (readonly [string, WireAtom])[]];
/** A row as JSON has it. */
export type WireRow = Readonly<Record<string, WireValue>>;
type ColumnJson = { readonly type: string | { readonly max?: number | string } };

function isDefault(value: WireValue): boolean {
  return typeof value === 'object' ? value[1].length === 0 : value === '' || value === 0;
}

/** An insert of update2 leaves out what has its default. */
export function withoutDefaults(row: WireRow): WireRow {
  const left = Object.entries(row).filter(([name, value]) => {
    // An optional that holds an empty string is not empty.
    return name === 'maybe' ? typeof value !== 'object' : !isDefault(value);
  });
  return Object.fromEntries(left);
}

/** What `modify` of update2 sends, by the words of ovsdb-server(7). */
export function diffRow(
  old: WireRow,
  fresh: WireRow,
  columns: Readonly<Record<string, ColumnJson>>,
): WireRow {
  const diff: Record<string, WireValue> = {};
  for (const [name, value] of Object.entries(fresh)) {
    const before = old[name];
    if (before === undefined || isDeepStrictEqual(value, before)) continue;
    const type = columns[name]?.type;
    const several = typeof type === 'object' && type.max === 'unlimited';
    diff[name] = several ? difference(before, value) : value;
  }
  return diff;
}

function difference(old: WireValue, fresh: WireValue): WireValue {
  if (typeof old !== 'object' || typeof fresh !== 'object') throw new Error('not a collection');
  if (old[0] === 'set' && fresh[0] === 'set') {
    const oldOnly = old[1].filter((one) => !fresh[1].includes(one));
    const freshOnly = fresh[1].filter((one) => !old[1].includes(one));
    return ['set', [...oldOnly, ...freshOnly]];
  }
  if (old[0] === 'map' && fresh[0] === 'map') {
    const before = new Map(old[1]);
    const after = new Map(fresh[1]);
    // A key that went is sent with its old value, any other change with the new one.
    const removed = old[1].filter(([key]) => !after.has(key));
    const changed = fresh[1].filter(([key, value]) => before.get(key) !== value);
    return ['map', [...removed, ...changed]];
  }
  throw new Error('a set became a map');
}
