/** Records test/golden/ovsdb from the real ovsdb-server; run by hand. */
import { writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { OvsdbClient } from '../../src/ovsdb-client/index.ts';
import { goldenDir, goldenSpec, plain, recordings } from './golden.ts';
import { ovs, schemaFile, startServer } from './server.ts';
import { smallSchema } from './small-schema.ts';
import { watch } from './watch.ts';

const where = [['name', '==', 'Zürich 🌍']];
const transactions = [
  [
    {
      op: 'insert',
      table: 'Thing',
      'uuid-name': 'a',
      row: {
        name: 'Zürich 🌍',
        tags: ['set', ['one', 'two "2"']],
        limits: ['map', [['a{', 1], ['b', 2]]], // prettier-ignore
      },
    },
    { op: 'insert', table: 'Thing', row: { name: 'other', peer: ['named-uuid', 'a'], maybe: 0 } },
  ],
  [
    {
      op: 'update',
      table: 'Thing',
      where,
      row: { tags: ['set', ['two "2"', '\\3']], count: 2 ** 40 },
    },
  ],
  [{ op: 'mutate', table: 'Thing', where, mutations: [['limits', 'delete', ['set', ['b']]]] }],
  [{ op: 'update', table: 'Thing', where: [['name', '==', 'other']], row: { maybe: ['set', []] } }],
  [{ op: 'delete', table: 'Thing', where }],
];

for (const { name, method } of recordings) {
  const server = await startServer({ schema: smallSchema });
  const direct = new OvsdbClient({ remote: server.remote });
  direct.start();
  await direct.connected();
  await direct.transact('Small', [
    { op: 'insert', table: 'Thing', row: { name: 'there', count: 1 } },
  ]);

  const bytes: Buffer[] = [];
  const proxy = createServer((near) => {
    const far = createConnection(server.socket);
    far.on('data', (chunk: Buffer) => bytes.push(chunk));
    for (const socket of [near, far]) socket.on('error', () => {});
    near.pipe(far).pipe(near);
  });
  const path = join(server.dir, 'proxy.sock');
  proxy.listen(path);
  await once(proxy, 'listening');
  const client = new OvsdbClient({ remote: `unix:${path}` });
  const { seen } = watch(client, { ...goldenSpec, method });
  client.start();
  const told: unknown[] = [await seen.next('sync')];
  for (const transaction of transactions) {
    await direct.transact('Small', transaction);
    told.push(await seen.next('changes'));
  }
  const { Thing } = smallSchema.tables;
  const columns = { ...Thing.columns, fresh: { type: 'string' } };
  const converted = { ...smallSchema, tables: { Thing: { ...Thing, columns } } };
  await ovs('ovsdb-client', 'convert', server.remote, await schemaFile(server.dir, converted));
  told.push(await seen.next('stale'), await seen.next('sync'));
  client.close();
  direct.close();
  proxy.close();
  await server.remove();
  await writeFile(new URL(`${name}.bytes`, goldenDir), Buffer.concat(bytes));
  await writeFile(
    new URL(`${name}.told.json`, goldenDir),
    `${JSON.stringify(plain(told), null, 1)}\n`,
  );
}
