import { isArray } from './json.ts';

declare const uuidBrand: unique symbol;
/** A row's identity: a text that `isUuid` has accepted. */
export type Uuid = string & { readonly [uuidBrand]: true };

/**
 * What each atomic type of OVSDB is here. JSON numbers are doubles: an integer
 * beyond 2^53 loses its last digits.
 */
export interface AtomTypes {
  readonly integer: number;
  readonly real: number;
  readonly boolean: boolean;
  readonly string: string;
  readonly uuid: Uuid;
}
export type AtomName = keyof AtomTypes;
export type Atom = string | number | boolean;

/** A decoded column: an atom, an optional one (`null`: empty), a set in ascending order, a map. */
export type Value = Atom | null | readonly Atom[] | ReadonlyMap<Atom, Atom>;

export type ColumnType =
  | { readonly kind: 'scalar'; readonly atom: AtomName }
  | { readonly kind: 'optional'; readonly atom: AtomName }
  | { readonly kind: 'set'; readonly atom: AtomName }
  | { readonly kind: 'map'; readonly atom: AtomName; readonly value: AtomName };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u;

/** Whether a value is the text of a uuid, in lower case, with its dashes. */
export function isUuid(value: unknown): value is Uuid {
  return typeof value === 'string' && UUID.test(value);
}

/**
 * A uuid that the program itself wrote.
 *
 * @throws TypeError for any other text.
 * @example
 * uuid('6d1a9b5e-2f1c-4b6e-9d53-0a3a6a1f6d10');
 */
export function uuid(text: string): Uuid {
  if (!isUuid(text)) throw new TypeError(`not a uuid: ${text}`);
  return text;
}

/** What OVSDB gives a column that was never set (RFC 7047, section 5.2.1). */
export const emptyAtoms: AtomTypes = {
  integer: 0,
  real: 0,
  boolean: false,
  string: '',
  uuid: uuid('00000000-0000-0000-0000-000000000000'),
};

export function isAtom<A extends AtomName>(atom: A, value: unknown): value is AtomTypes[A] {
  const name: AtomName = atom;
  switch (name) {
    case 'integer':
      return Number.isInteger(value);
    case 'real':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string';
    case 'uuid':
      return isUuid(value);
    default:
      return name satisfies never;
  }
}

/** `undefined`: the JSON is no such atom. */
function decodeAtom(atom: AtomName, json: unknown): Atom | undefined {
  const bare = atom === 'uuid' ? tagged('uuid', json) : json;
  return isAtom(atom, bare) ? bare : undefined;
}

/** The content of `[tag, content]`. */
function tagged(tag: string, json: unknown): unknown {
  return isArray(json) && json.length === 2 && json[0] === tag ? json[1] : undefined;
}

/** Decodes RFC 7047's <value> (section 5.1). `undefined`: the JSON is no such value. */
export function decodeValue(type: ColumnType, json: unknown): Value | undefined {
  switch (type.kind) {
    case 'map':
      return decodeMap(type.atom, type.value, json);
    case 'set':
      return decodeSet(type.atom, json);
    case 'optional': {
      if (!isArray(json)) return decodeAtom(type.atom, json);
      const set = decodeSet(type.atom, json);
      if (set === undefined || set.length > 1) return undefined;
      return set[0] ?? null;
    }
    case 'scalar': {
      if (!isArray(json)) return decodeAtom(type.atom, json);
      const set = decodeSet(type.atom, json);
      return set?.length === 1 ? set[0] : undefined;
    }
    default:
      return type satisfies never;
  }
}

/** A set of one may be written as the bare atom. */
function decodeSet(atom: AtomName, json: unknown): readonly Atom[] | undefined {
  const elements = tagged('set', json) ?? [json];
  if (!isArray(elements)) return undefined;
  const atoms: Atom[] = [];
  for (const element of elements) {
    const decoded = decodeAtom(atom, element);
    if (decoded === undefined) return undefined;
    atoms.push(decoded);
  }
  return sorted(atoms);
}

function decodeMap(
  key: AtomName,
  value: AtomName,
  json: unknown,
): ReadonlyMap<Atom, Atom> | undefined {
  const pairs = tagged('map', json);
  if (!isArray(pairs)) return undefined;
  const map = new Map<Atom, Atom>();
  for (const pair of pairs) {
    if (!isArray(pair) || pair.length !== 2) return undefined;
    const decodedKey = decodeAtom(key, pair[0]);
    const decodedValue = decodeAtom(value, pair[1]);
    if (decodedKey === undefined || decodedValue === undefined) return undefined;
    map.set(decodedKey, decodedValue);
  }
  return map;
}

/** All atoms of a set are of one type. */
export function sorted(atoms: Atom[]): readonly Atom[] {
  return atoms.length > 1 ? atoms.toSorted(compareAtoms) : atoms;
}

function compareAtoms(left: Atom, right: Atom): number {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}

export function equalValues(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (left instanceof Map && right instanceof Map) return equalMaps(left, right);
  if (isArray(left) && isArray(right)) {
    return left.length === right.length && left.every((atom, index) => atom === right[index]);
  }
  return false;
}

function equalMaps(left: ReadonlyMap<Atom, Atom>, right: ReadonlyMap<Atom, Atom>): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left) if (right.get(key) !== value) return false;
  return true;
}
