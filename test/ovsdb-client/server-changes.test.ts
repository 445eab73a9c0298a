import assert from 'node:assert/strict';
import { createConnection, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { OvsdbClient, scalar, type Change } from '../../src/ovsdb-client/index.ts';
import { ovs, schemaFile, startServer, type Server } from './server.ts';
import { smallSchema } from './small-schema.ts';
import { States, watch } from './watch.ts';

const spec = {
  database: 'Small',
  table: 'Thing',
  columns: { name: scalar('string'), count: scalar('integer') },
} as const;

function insertion(name: string): { op: string; table: string; row: { name: string } } {
  return { op: 'insert', table: 'Thing', row: { name } };
}

test('a schema conversion cancels the monitor, not the connection', async () => {
  const server = await startServer({ schema: smallSchema });
  const states = new States();
  const client = new OvsdbClient({ remote: server.remote, onState: states.onState });
  try {
    const { seen } = watch(client, spec);
    client.start();
    await seen.next('sync');
    await client.transact('Small', [insertion('a')]);
    await seen.next('changes');

    const { Thing } = smallSchema.tables;
    const columns = { ...Thing.columns, fresh: { type: 'string' } };
    const converted = {
      ...smallSchema,
      version: '2.0.0',
      tables: { Thing: { ...Thing, columns } },
    };
    await ovs('ovsdb-client', 'convert', server.remote, await schemaFile(server.dir, converted));
    const { reason } = await seen.next('stale');
    assert.equal(reason, 'the server cancelled the monitor (schema or database changed)');
    assert.deepEqual((await seen.next('sync')).changes, [], 'no row changed');
    assert.equal(states.all.filter(({ kind }) => kind === 'connecting').length, 1);
    assert.equal((await client.getSchema('Small')).version, '2.0.0');
    await client.transact('Small', [insertion('b')]);
    assert.equal((await seen.next('changes')).changes.length, 1);
  } finally {
    client.close();
    await server.remove();
  }
});

test('a conversion that takes a column away is reported as such, and its return too', async () => {
  const server = await startServer({ schema: smallSchema });
  const client = new OvsdbClient({ remote: server.remote });
  try {
    const { seen } = watch(client, spec);
    client.start();
    await seen.next('sync');
    const { Thing } = smallSchema.tables;
    const { count: _, ...columns } = Thing.columns;
    const converted = { ...smallSchema, tables: { Thing: { ...Thing, columns } } };
    await ovs('ovsdb-client', 'convert', server.remote, await schemaFile(server.dir, converted));
    await seen.next('stale', ({ reason }) => reason === 'no column count in table Thing');
    const back = await schemaFile(server.dir, smallSchema);
    await ovs('ovsdb-client', 'convert', server.remote, back);
    await seen.next('sync');
  } finally {
    client.close();
    await server.remove();
  }
});

/** Passes bytes between a client and a server until it is reported to cut. */
async function cuttableProxy(server: Server): Promise<{
  remote: string;
  received: () => string;
  cut: () => void;
  close: () => Promise<void>;
}> {
  const path = join(server.dir, 'proxy.sock');
  const sockets = new Set<Socket>();
  let received = '';
  const proxy = createServer((near) => {
    const far = createConnection(server.socket);
    received = '';
    far.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
    });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  proxy.listen(path);
  await once(proxy, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const close = async (): Promise<void> => {
    cut();
    proxy.close();
    await once(proxy, 'close');
  };
  return { remote: `unix:${path}`, received: () => received, cut, close };
}

test('with a history at the server, only what was missed is sent again', async () => {
  // Only a clustered database keeps a history, and no longer a one than the database itself.
  const server = await startServer({ schema: smallSchema, clustered: true });
  const proxy = await cuttableProxy(server);
  const direct = new OvsdbClient({ remote: server.remote });
  const client = new OvsdbClient({ remote: proxy.remote });
  try {
    direct.start();
    await direct.connected();
    const kept = Array.from({ length: 50 }, () => insertion('kept'));
    await direct.transact('Small', [...kept, insertion('gone')]);
    const { seen } = watch(client, { ...spec, method: 'monitor_cond_since' });
    client.start();
    assert.equal((await seen.next('sync')).changes.length, 51);
    await direct.transact('Small', [insertion('seen')]);
    await seen.next('changes');

    proxy.cut();
    await seen.next('stale');
    await direct.transact('Small', [
      { op: 'delete', table: 'Thing', where: [['name', '==', 'gone']] },
      { op: 'update', table: 'Thing', where: [['name', '==', 'seen']], row: { count: 5 } },
      insertion('new'),
    ]);
    const changes: Change<{ name: string }>[] = [];
    while (changes.length < 3) {
      const told = await seen.next(changes.length === 0 ? 'sync' : 'changes');
      changes.push(...told.changes);
    }
    const words = changes.map((change) => `${change.kind} ${nameOf(change)}`);
    assert.deepEqual(words.toSorted(), ['delete gone', 'insert new', 'modify seen']);
    assert.match(proxy.received(), /"result":\[true,/u);
    assert.doesNotMatch(proxy.received(), /kept/u);
  } finally {
    client.close();
    direct.close();
    await proxy.close();
    await server.remove();
  }
});

function nameOf(change: Change<{ readonly name: string }>): string {
  return change.kind === 'delete' ? change.old.name : change.row.name;
}

test('a condition shows only the rows that meet it: leaving it is a deletion', async () => {
  const server = await startServer({ schema: smallSchema });
  const client = new OvsdbClient({ remote: server.remote });
  try {
    const { seen } = watch(client, { ...spec, where: [['count', '==', 1]] });
    client.start();
    await seen.next('sync');
    await client.transact('Small', [insertion('a')]);
    const where = [['name', '==', 'a']];
    for (const [count, kind] of [
      [1, 'insert'],
      [2, 'delete'],
    ] as const) {
      await client.transact('Small', [{ op: 'update', table: 'Thing', where, row: { count } }]);
      const { changes } = await seen.next('changes');
      assert.deepEqual(
        changes.map((change) => change.kind),
        [kind],
      );
    }
  } finally {
    client.close();
    await server.remove();
  }
});

test('a cancelled monitor hears nothing more; the others do', async () => {
  const server = await startServer({ schema: smallSchema });
  const client = new OvsdbClient({ remote: server.remote });
  try {
    const cancelled = watch(client, spec);
    const other = watch(client, spec);
    client.start();
    await cancelled.seen.next('sync');
    await other.seen.next('sync');
    cancelled.monitor.cancel();
    await client.transact('Small', [insertion('a')]);
    await other.seen.next('changes');
    assert.deepEqual(cancelled.seen.told, []);
    await assert.rejects(client.request('monitor_cancel', ['m1']), {
      code: 'unknown monitor',
      message: 'monitor_cancel: unknown monitor',
    });
  } finally {
    client.close();
    await server.remove();
  }
});
