import type { Json } from './json.ts';
import type { Atom, Uuid } from './values.ts';

/** Refers to a row in a transaction. */
export function uuidJson(uuid: Uuid): Json {
  return ['uuid', uuid];
}

/** A set in a transaction; its elements are atoms or `uuidJson(…)`. */
export function setJson(elements: readonly Json[]): Json {
  return ['set', elements];
}

/** A map in a transaction. */
export function mapJson(entries: Iterable<readonly [Atom, Atom]>): Json {
  return ['map', Array.from(entries, ([key, value]) => [key, value])];
}
