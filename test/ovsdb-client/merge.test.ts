import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { columnOf, Fault, isUuid, type AnyRow } from '../../src/ovsdb-client/index.ts';
import { isRow, type Columns } from '../../src/ovsdb-client/columns.ts';
import { RowCache, type Change } from '../../src/ovsdb-client/rows/cache.ts';
import { readEdits, type Dialect } from '../../src/ovsdb-client/rows/edits.ts';
import { planRows } from '../../src/ovsdb-client/rows/plan.ts';
import { parseSchema } from '../../src/ovsdb-client/schema.ts';
import { diffRow, withoutDefaults, type WireRow } from './wire-rows.ts';

const tableSchema = {
  columns: {
    text: { type: 'string' },
    number: { type: 'integer' },
    maybe: { type: { key: 'string', min: 0, max: 1 } },
    set: { type: { key: 'integer', min: 0, max: 'unlimited' } },
    map: { type: { key: 'string', value: 'string', min: 0, max: 'unlimited' } },
    pair: { type: { key: 'string', value: 'integer', min: 0, max: 1 } },
  },
};
const schema = parseSchema({ name: 'D', tables: { T: tableSchema } });
assert.ok(!(schema instanceof Fault));
const columns: Columns = Object.fromEntries(
  [...(schema.tables.get('T')?.columns ?? [])].map(([name, { type }]) => [name, columnOf(type)]),
);
const plan = planRows(schema, 'T', columns);
assert.ok(!(plan instanceof Fault));

/** Few values, so that old and new rows share many. */
const word = fc.constantFrom('', 'up', 'down', 'ü');
const small = fc.integer({ min: -1, max: 3 });
const wireRow: fc.Arbitrary<WireRow> = fc.record({
  text: word,
  number: small,
  maybe: fc.option(word).map((one) => one ?? (['set', []] as const)),
  set: fc.uniqueArray(small).map((all) => ['set', all] as const),
  map: fc.dictionary(word, word).map((all) => ['map', Object.entries(all)] as const),
  pair: fc
    .dictionary(word, small, { maxKeys: 1 })
    .map((all) => ['map', Object.entries(all)] as const),
});
const uuids = ['1', '2', '3'].map((digit) => `${digit}fe6fec9-27fe-44cb-a92d-8e8d65486263`);
/** A table at one time: each row is there or not. */
const table = fc.tuple(fc.option(wireRow), fc.option(wireRow), fc.option(wireRow));
type Table = readonly (WireRow | null)[];

function newCache(): RowCache<AnyRow> {
  return new RowCache((row): row is AnyRow => isRow(columns, row));
}

/** What a server that speaks this dialect sends when the table goes from one state to the next. */
function update(dialect: Dialect, from: Table, to: Table): unknown {
  const rows: Record<string, unknown> = {};
  for (const [index, uuid] of uuids.entries()) {
    const old = from[index] ?? null;
    const fresh = to[index] ?? null;
    if (old === null && fresh === null) continue;
    if (dialect === 'rows') {
      rows[uuid] = { ...(old && { old }), ...(fresh && { new: fresh }) };
    } else if (fresh === null) rows[uuid] = { delete: null };
    else if (old === null) rows[uuid] = { insert: withoutDefaults(fresh) };
    else rows[uuid] = { modify: diffRow(old, fresh, tableSchema.columns) };
  }
  return { T: rows };
}

function apply(
  cache: RowCache<AnyRow>,
  dialect: Dialect,
  json: unknown,
): readonly Change<AnyRow>[] {
  assert.ok(!(plan instanceof Fault));
  const edits = readEdits(dialect, 'T', json);
  assert.ok(!(edits instanceof Fault));
  const changes = cache.apply(plan, edits);
  assert.ok(!(changes instanceof Fault), changes instanceof Fault ? changes.reason : '');
  return changes;
}

describe('update2 and update3 against update', () => {
  test('differences give the same rows and the same changes as full rows', () => {
    fc.assert(
      fc.property(fc.array(table, { minLength: 1, maxLength: 8 }), (tables) => {
        const full = newCache();
        const merged = newCache();
        let before: Table = [null, null, null];
        for (const after of tables) {
          const fullChanges = apply(full, 'rows', update('rows', before, after));
          const mergedChanges = apply(merged, 'differences', update('differences', before, after));
          assert.deepEqual(mergedChanges, fullChanges);
          assert.deepEqual(new Map(merged.rows), new Map(full.rows));
          before = after;
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a new snapshot says the same changes as the updates that were missed', () => {
    fc.assert(
      fc.property(table, table, (before, after) => {
        const live = newCache();
        const back = newCache();
        apply(live, 'rows', update('rows', [], before));
        apply(back, 'rows', update('rows', [], before));
        const changes = apply(live, 'differences', update('differences', before, after));
        assert.ok(!(plan instanceof Fault));
        const snapshot = readEdits('rows', 'T', update('rows', [], after));
        assert.ok(!(snapshot instanceof Fault));
        assert.deepEqual(back.replace(plan, snapshot), changes);
        assert.deepEqual(back.replace(plan, snapshot), [], 'and nothing the second time');
      }),
    );
  });

  test('values that stay equal stay the same object', () => {
    const cache = newCache();
    const [uuid] = uuids;
    assert.ok(isUuid(uuid));
    apply(cache, 'differences', { T: { [uuid]: { insert: { set: ['set', [1, 2]] } } } });
    const before = cache.rows.get(uuid);
    apply(cache, 'differences', { T: { [uuid]: { modify: { text: 'x' } } } });
    const after = cache.rows.get(uuid);
    assert.notEqual(after, before);
    assert.equal(after?.['set'], before?.['set']);
  });

  test('is taken whole or not at all', () => {
    const cache = newCache();
    const [first, second] = uuids;
    assert.ok(first !== undefined && second !== undefined && !(plan instanceof Fault));
    const edits = readEdits('differences', 'T', {
      T: { [first]: { insert: {} }, [second]: { modify: { text: 'x' } } },
    });
    assert.ok(!(edits instanceof Fault));
    assert.deepEqual(
      cache.apply(plan, edits),
      new Fault(`a change of row ${second}, which is not known`),
    );
    assert.equal(cache.rows.size, 0);
  });
});
