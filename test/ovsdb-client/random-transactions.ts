import { mapJson, setJson, type Atom, type Json } from '../../src/ovsdb-client/index.ts';
import type { smallSchema } from './small-schema.ts';
import type { Dice } from './random.ts';

const words = ['', 'up', 'down', 'Zürich', '🌍', 'tab\tquote"', 'a', 'b'];
const integers = [0, 1, -1, 7, 4096, 2 ** 40];
const reals = [0, 0.5, -2.25, 1e6, 3.125];
const rowNames = Array.from({ length: 60 }, (_, index) => `row${index}`);

/** Rows that a transaction may refer to. */
export type Uuids = readonly string[];

type ColumnName = keyof typeof smallSchema.tables.Thing.columns;

function pairs(dice: Dice, keys: readonly Atom[], values: readonly Atom[]): Json {
  return mapJson(dice.some(keys).map((key) => [key, dice.one(values)] as const));
}

function references(dice: Dice, uuids: Uuids): Json[] {
  return uuids.length === 0 ? [] : [['uuid', dice.one(uuids)]];
}

const makers: Readonly<Record<Exclude<ColumnName, 'name'>, (dice: Dice, uuids: Uuids) => Json>> = {
  count: (dice) => dice.one(integers),
  ratio: (dice) => dice.one(reals),
  on: (dice) => dice.chance(0.5),
  maybe: (dice) => setJson(dice.chance(0.3) ? [] : [dice.one(integers)]),
  peer: (dice, uuids) => setJson(references(dice, uuids)),
  peers: (dice, uuids) => setJson(dice.some(uuids.slice(0, 4)).map((uuid) => ['uuid', uuid])),
  tags: (dice) => setJson(dice.some(words)),
  numbers: (dice) => setJson(dice.some(integers)),
  ratios: (dice) => setJson(dice.some(reals.slice(0, 4))),
  flags: (dice) => setJson(dice.one([[true], [false], [true, false]])),
  limits: (dice) => pairs(dice, words, integers),
  names: (dice) => pairs(dice, integers, words),
  one: (dice) => pairs(dice, [dice.one(words)], words),
  links: (dice, uuids) =>
    ['map', references(dice, uuids).map((reference) => [dice.one(words), reference])] as const,
};

function someColumns(dice: Dice, uuids: Uuids, share: number): Record<string, Json> {
  const row: Record<string, Json> = {};
  for (const [name, make] of Object.entries(makers)) {
    if (dice.chance(share)) row[name] = make(dice, uuids);
  }
  return row;
}

function mutation(dice: Dice, uuids: Uuids): Json {
  const column = dice.one(['tags', 'numbers', 'limits', 'names', 'peers', 'count'] as const);
  if (column === 'count') return ['count', '+=', 1];
  return [column, dice.one(['insert', 'delete']), makers[column](dice, uuids)];
}

/** One operation on one of at most some 60 rows; now and then one that the server refuses. */
export function randomOperation(dice: Dice, uuids: Uuids): Json {
  const name = dice.one(rowNames);
  const where = [['name', '==', name]];
  const roll = dice.below(100);
  if (roll < 25) {
    return { op: 'insert', table: 'Thing', row: { name, ...someColumns(dice, uuids, 0.5) } };
  }
  if (roll < 45) return { op: 'delete', table: 'Thing', where };
  if (roll < 46) return { op: 'update', table: 'Thing', where, row: { flags: setJson([]) } };
  if (roll < 75) {
    return { op: 'update', table: 'Thing', where, row: someColumns(dice, uuids, 0.2) };
  }
  const mutations = [mutation(dice, uuids), mutation(dice, uuids)];
  return { op: 'mutate', table: 'Thing', where, mutations };
}
