import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { mapJson, OvsdbClient, optional, scalar, set } from '../../src/ovsdb-client/index.ts';
import { ovs, schemaFile, startServer, vswitchSchema, type Server } from './server.ts';
import { smallSchema } from './small-schema.ts';
import { States, watch } from './watch.ts';

const things = {
  database: 'Small',
  table: 'Thing',
  columns: { name: scalar('string'), count: scalar('integer'), tags: set('string') },
} as const;

async function insert(server: Server, row: object): Promise<void> {
  const transaction = ['Small', { op: 'insert', table: 'Thing', row }];
  await ovs('ovsdb-client', 'transact', server.remote, JSON.stringify(transaction));
}

describe('after a reconnect', () => {
  test('only what really changed meanwhile is reported', async () => {
    const server = await startServer({ schema: smallSchema });
    const client = new OvsdbClient({ remote: server.remote });
    try {
      await insert(server, { name: 'same', tags: ['set', ['x', 'y']] });
      await insert(server, { name: 'changed' });
      await insert(server, { name: 'gone' });
      const { seen, monitor } = watch(client, things);
      client.start();
      assert.equal((await seen.next('sync')).changes.length, 3);

      await server.kill('SIGTERM');
      assert.equal((await seen.next('stale')).reason, 'closed by the server');
      assert.equal(monitor.rows.size, 3, 'the rows stay as last told');
      // While we are away, in the file itself.
      const change = { op: 'update', table: 'Thing', row: { count: 1 } };
      const transaction = [
        'Small',
        { ...change, where: [['name', '==', 'changed']] },
        { op: 'delete', table: 'Thing', where: [['name', '==', 'gone']] },
      ];
      await ovs('ovsdb-tool', 'transact', server.database, JSON.stringify(transaction));
      await server.start();
      const { changes } = await seen.next('sync');
      const told = changes.map(
        (one) => `${one.kind} ${(one.kind === 'delete' ? one.old : one.row).name}`,
      );
      assert.deepEqual(told, ['delete gone', 'modify changed']);
    } finally {
      client.close();
      await server.remove();
    }
  });

  test('to a database that was replaced, every row is another one: deletions first', async () => {
    const server = await startServer({ schema: smallSchema });
    const client = new OvsdbClient({ remote: server.remote });
    try {
      await insert(server, { name: 'one' });
      const { seen } = watch(client, things);
      client.start();
      await seen.next('sync');
      await server.stop();
      await seen.next('stale');
      await rm(server.database);
      const file = await schemaFile(server.dir, smallSchema);
      await ovs('ovsdb-tool', 'create', server.database, file);
      const row = ['Small', { op: 'insert', table: 'Thing', row: { name: 'one' } }];
      await ovs('ovsdb-tool', 'transact', server.database, JSON.stringify(row));
      await server.start();
      const { changes } = await seen.next('sync');
      assert.deepEqual(
        changes.map(({ kind }) => kind),
        ['delete', 'insert'],
      );
    } finally {
      client.close();
      await server.remove();
    }
  });

  test('a server that comes late, and the states on the way', async () => {
    const server = await startServer({ schema: smallSchema });
    await server.stop();
    const states = new States();
    const client = new OvsdbClient({ remote: server.remote, onState: states.onState });
    try {
      const { seen } = watch(client, things);
      assert.deepEqual(client.state, { kind: 'idle' });
      client.start();
      const { reason, retryMs } = await states.next('waiting');
      assert.equal(reason, 'connection refused');
      assert.ok(retryMs >= 125 && retryMs <= 250, `${retryMs}`);
      assert.equal((await seen.next('stale')).reason, 'connection refused');
      await server.start();
      await seen.next('sync');
      await states.next('negotiating');
      await states.next('monitoring');
      await states.next('synced');
    } finally {
      client.close();
      await server.remove();
    }
  });
});

test('a stopped ovsdb-server is noticed by the echo, on a unix socket too', async () => {
  const server = await startServer({ schema: smallSchema });
  const client = new OvsdbClient({ remote: server.remote, probeMs: 1000, connectTimeoutMs: 2000 });
  try {
    const { seen } = watch(client, things);
    client.start();
    await seen.next('sync');
    await server.kill('SIGSTOP');
    assert.equal((await seen.next('stale')).reason, 'no answer to an echo within 1000 ms');
    // The kernel still accepts for the stopped process.
    assert.equal((await seen.next('stale')).reason, 'no answer within 2000 ms');
    await server.kill('SIGCONT');
    assert.deepEqual((await seen.next('sync')).changes, []);
  } finally {
    client.close();
    await server.remove();
  }
});

test('one monitor for a table, one for a database that is not there: each has its own state', async () => {
  const server = await startServer({ schema: vswitchSchema });
  const client = new OvsdbClient({ remote: server.remote });
  const database = 'Open_vSwitch';
  try {
    const good = watch(client, {
      database,
      table: 'Interface',
      columns: { name: scalar('string'), link_state: optional('string') },
    });
    const noDatabase = watch(client, { ...things, database: 'Nope' });
    const noTable = watch(client, { database, table: 'Nope', columns: {} });
    const noColumn = watch(client, {
      database,
      table: 'Interface',
      columns: { bfd_statu: scalar('string') },
    });
    const otherType = watch(client, {
      database,
      table: 'Interface',
      columns: { ofport: scalar('string') },
    });
    client.start();
    await good.seen.next('sync');
    assert.equal((await noDatabase.seen.next('stale')).reason, 'unknown database Nope');
    assert.equal((await noTable.seen.next('stale')).reason, 'no table Nope in Open_vSwitch');
    assert.equal(
      (await noColumn.seen.next('stale')).reason,
      'no column bfd_statu in table Interface',
    );
    assert.equal(
      (await otherType.seen.next('stale')).reason,
      'column ofport of Interface is an optional integer, not one string',
    );
    assert.equal(client.state.kind, 'monitoring');

    // The cause goes, and so does the trouble.
    const small = await schemaFile(server.dir, { ...smallSchema, name: 'Nope' });
    await ovs('ovsdb-tool', 'create', `${server.dir}/nope.db`, small);
    await server.control('ovsdb-server/add-db', `${server.dir}/nope.db`);
    await noDatabase.seen.next('sync');
    await server.control('ovsdb-server/remove-db', 'Nope');
    await noDatabase.seen.next('stale', ({ reason }) => reason === 'unknown database Nope');

    for (const { monitor } of [noTable, noColumn, otherType, noDatabase]) monitor.cancel();
    assert.equal(client.state.kind, 'synced');
    const row = { name: 'br0', options: mapJson([['a', 'b']]) };
    await client.transact(database, [{ op: 'insert', table: 'Interface', row }]).catch(() => {});
    assert.deepEqual(good.seen.told, []);
  } finally {
    client.close();
    await server.remove();
  }
});
