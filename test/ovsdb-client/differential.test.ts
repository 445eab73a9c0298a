import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  columnOf,
  OvsdbClient,
  OvsdbError,
  type AnyRow,
  type Atom,
  type AtomName,
  type Change,
  type Columns,
  type ColumnType,
  type MonitorMethod,
  type Value,
} from '../../src/ovsdb-client/index.ts';
import { Oracle } from './oracle.ts';
import { Dice } from './random.ts';
import { randomOperation } from './random-transactions.ts';
import { startServer } from './server.ts';
import { smallSchema } from './small-schema.ts';
import { watch } from './watch.ts';

const transactions = 10_000;
/** In flight at once: below the client's limit, and enough for the server to merge updates. */
const window = 400;
const end = 'the end';

const methods: readonly MonitorMethod[] = ['monitor', 'monitor_cond', 'monitor_cond_since'];

test('after 10,000 random transactions the cache is what ovsdb-client says', async (t) => {
  const seed = Number(process.env['OVSDB_SEED'] ?? Date.now() % 1_000_000);
  t.diagnostic(`OVSDB_SEED=${seed}`);
  const dice = new Dice(seed);
  const server = await startServer({ schema: smallSchema });
  const client = new OvsdbClient({ remote: server.remote });
  const oracle = new Oracle(server.remote, 'Small', 'Thing');
  try {
    client.start();
    await client.connected();
    const table = (await client.getSchema('Small')).tables.get('Thing');
    assert.ok(table);
    const columns: Columns = Object.fromEntries(
      [...table.columns].map(([name, { type }]) => [name, columnOf(type)]),
    );
    const watched = methods.map((method) =>
      watch(client, { database: 'Small', table: 'Thing', columns, method }),
    );
    const rows = watched[0]?.monitor.rows ?? new Map<string, AnyRow>();

    let refused = 0;
    for (let sent = 0; sent < transactions; sent += window) {
      const batch = Array.from({ length: window }, async () => {
        const uuids = [...rows.keys()].slice(0, 8);
        const operations = Array.from({ length: 1 + dice.below(3) }, () =>
          randomOperation(dice, uuids),
        );
        try {
          await client.transact('Small', operations);
        } catch (error) {
          assert.ok(error instanceof OvsdbError && error.code !== 'failed', String(error));
          refused += 1;
        }
      });
      await Promise.all(batch);
    }
    t.diagnostic(`${refused} of ${transactions} refused by the server, ${rows.size} rows left`);
    assert.ok(refused < transactions / 4 && rows.size > 10);

    await client.transact('Small', [{ op: 'insert', table: 'Thing', row: { name: end } }]);
    await oracle.until((all) => [...all.values()].some((row) => row['name'] === `set "${end}"`));
    for (const [index, { monitor, seen }] of watched.entries()) {
      await seen.next('changes', ({ changes }) => {
        return changes.some((change) => change.kind !== 'delete' && change.row['name'] === end);
      });
      const cached = new Map(
        [...monitor.rows].map(([id, row]) => [id, canonicalRow(columns, row)]),
      );
      assert.deepEqual(sortedMap(cached), sortedMap(oracle.rows), methods[index]);
    }
  } finally {
    client.close();
    await oracle.stop();
    await server.remove();
  }
});

test('what is reported adds up to the rows, and nothing is reported twice', async () => {
  const dice = new Dice(7);
  const server = await startServer({ schema: smallSchema });
  const client = new OvsdbClient({ remote: server.remote });
  try {
    const mirror = new Map<string, AnyRow>();
    const columns = {
      name: columnOf({ kind: 'scalar', atom: 'string' }),
      tags: columnOf({ kind: 'set', atom: 'string' }),
      limits: columnOf({ kind: 'map', atom: 'string', value: 'integer' }),
    };
    const follow = (changes: readonly Change<AnyRow>[]): void => {
      for (const change of changes) {
        const before = mirror.get(change.uuid);
        assert.equal(before, change.kind === 'insert' ? undefined : change.old);
        if (change.kind === 'delete') mirror.delete(change.uuid);
        else {
          assert.notDeepEqual(change.row, before);
          mirror.set(change.uuid, change.row);
        }
      }
    };
    const monitor = client.monitor(
      { database: 'Small', table: 'Thing', columns },
      { sync: (_, changes) => follow(changes), changes: follow, stale: () => {} },
    );
    client.start();
    await client.connected();
    for (let round = 0; round < 5; round += 1) {
      const batch = Array.from({ length: 100 }, () => [randomOperation(dice, [])]);
      await Promise.allSettled(batch.map(async (one) => client.transact('Small', one)));
    }
    assert.ok(mirror.size > 10);
    assert.deepEqual(mirror, new Map(monitor.rows));
  } finally {
    client.close();
    await server.remove();
  }
});

function sortedMap(map: ReadonlyMap<string, unknown>): readonly unknown[] {
  return [...map].toSorted(([left], [right]) => (left < right ? -1 : 1));
}

function canonicalRow(columns: Columns, row: AnyRow): Record<string, string> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, { type }]) => [name, canonical(type, row[name])]),
  );
}

function canonical(type: ColumnType, value: Value | undefined): string {
  if (value === undefined) throw new Error('a column is missing');
  if (type.kind === 'map' && value instanceof Map) {
    const texts = [...value].map((pair) =>
      JSON.stringify([atomJson(type.atom, pair[0]), atomJson(type.value, pair[1])]),
    );
    return `map ${texts.toSorted().join(' ')}`;
  }
  const texts = atomsOf(value).map((atom) => JSON.stringify(atomJson(type.atom, atom)));
  return `set ${texts.toSorted().join(' ')}`;
}

function atomsOf(value: Value): readonly Atom[] {
  if (value === null) return [];
  if (typeof value !== 'object') return [value];
  assert.ok(!(value instanceof Map));
  return [...value].map((atom) => {
    assert.ok(typeof atom !== 'object');
    return atom;
  });
}

function atomJson(name: AtomName, atom: Atom): unknown {
  return name === 'uuid' ? ['uuid', atom] : atom;
}
