import { isArray } from './json.ts';
import {
  emptyAtoms,
  isAtom,
  type Atom,
  type AtomName,
  type AtomTypes,
  type ColumnType,
  type Value,
} from './values.ts';

/** How the caller wants to see one column. Made by `scalar`, `optional`, `set` and `map`. */
export interface Column<T extends Value> {
  readonly type: ColumnType;
  /** Type guard: whether a decoded value is of this column's type. */
  readonly is: (value: Value | undefined) => value is T;
  /** What a column that was never set holds; it also carries the type. */
  readonly empty: T;
}

/** The columns to monitor, by name. */
export type Columns = Readonly<Record<string, Column<Value>>>;

/** A row with just these columns. */
export type Row<C extends Columns> = { readonly [K in keyof C]: C[K]['empty'] };

/** A row whose columns the compiler does not know. */
export type AnyRow = Readonly<Record<string, Value>>;

/**
 * A column of exactly one atom. A column that was never set has the default of RFC 7047, section
 * 5.2.1: 0, false, the empty text or the zero uuid.
 *
 * @param atom the type in the schema.
 * @example
 * const columns = { name: scalar('string') };
 */
export function scalar<A extends AtomName>(atom: A): Column<AtomTypes[A]> {
  return {
    type: { kind: 'scalar', atom },
    is: (value): value is AtomTypes[A] => isAtom(atom, value),
    empty: emptyAtoms[atom],
  };
}

/**
 * A column of one atom or none; none is `null`.
 *
 * @param atom the type in the schema.
 * @example
 * const columns = { ofport: optional('integer') };
 */
export function optional<A extends AtomName>(atom: A): Column<AtomTypes[A] | null> {
  return {
    type: { kind: 'optional', atom },
    is: (value): value is AtomTypes[A] | null => value === null || isAtom(atom, value),
    empty: null,
  };
}

/**
 * A column of any number of atoms, in ascending order. It also fits a column of at most one.
 *
 * @param atom the type in the schema.
 * @example
 * const columns = { interfaces: set('uuid') };
 */
export function set<A extends AtomName>(atom: A): Column<readonly AtomTypes[A][]> {
  return {
    type: { kind: 'set', atom },
    is: (value): value is readonly AtomTypes[A][] =>
      isArray(value) && value.every((element) => isAtom(atom, element)),
    empty: [],
  };
}

/**
 * A column that maps atoms to atoms; empty where it was never set.
 *
 * @param key the type of the keys in the schema.
 * @param value the type of the values in the schema.
 * @example
 * const columns = { bfd_status: map('string', 'string') };
 */
export function map<K extends AtomName, V extends AtomName>(
  key: K,
  value: V,
): Column<ReadonlyMap<AtomTypes[K], AtomTypes[V]>> {
  return {
    type: { kind: 'map', atom: key, value },
    is: (decoded): decoded is ReadonlyMap<AtomTypes[K], AtomTypes[V]> =>
      isMap(decoded) && isMapOf(key, value, decoded),
    empty: new Map(),
  };
}

/**
 * A column whose type is known only at run time, from `getSchema`.
 *
 * @param type of the column in the schema.
 * @example
 * const { tables } = await client.getSchema('Open_vSwitch');
 */
export function columnOf(type: ColumnType): Column<Value> {
  switch (type.kind) {
    case 'scalar':
      return scalar(type.atom);
    case 'optional':
      return optional(type.atom);
    case 'set':
      return set(type.atom);
    case 'map':
      return map(type.atom, type.value);
    default:
      return type satisfies never;
  }
}

function isMap(value: Value | undefined): value is ReadonlyMap<Atom, Atom> {
  return value instanceof Map;
}

function isMapOf(key: AtomName, value: AtomName, decoded: ReadonlyMap<Atom, Atom>): boolean {
  for (const pair of decoded) if (!isAtom(key, pair[0]) || !isAtom(value, pair[1])) return false;
  return true;
}

/** Whether a row has all the columns, each of its type. */
export function isRow<C extends Columns>(columns: C, row: AnyRow): row is Row<C> {
  for (const [name, column] of Object.entries(columns)) if (!column.is(row[name])) return false;
  return true;
}
