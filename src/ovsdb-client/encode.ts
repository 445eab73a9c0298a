import type { Json } from './json.ts';
import type { Atom, Uuid } from './values.ts';

/**
 * A reference to a row, as transactions write it.
 *
 * @param uuid of the row.
 */
export function uuidJson(uuid: Uuid): Json {
  return ['uuid', uuid];
}

/**
 * A set, as transactions write it.
 *
 * @param elements atoms, or `uuidJson(…)`.
 * @example
 * setJson([1, 2]); // ["set", [1, 2]]
 */
export function setJson(elements: readonly Json[]): Json {
  return ['set', elements];
}

/**
 * A map, as transactions write it.
 *
 * @param entries pairs of key and value.
 * @example
 * mapJson([['enable', 'true']]); // ["map", [["enable", "true"]]]
 */
export function mapJson(entries: Iterable<readonly [Atom, Atom]>): Json {
  return ['map', Array.from(entries, ([key, value]) => [key, value])];
}
