import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { of } from 'rxjs';
import { startServer } from '../../ovsdb-client/server.ts';
import { addInterfaces, configOf, startSwitch, type Switch } from './switch.ts';
import { Watcher } from './watcher.ts';

/** Lets a stranger stand where the database should be, and then the database. */
async function stranger(t: TestContext, server: NetServer, reason: RegExp): Promise<void> {
  const one = await startSwitch(t);
  await addInterfaces(one, ['p1']);
  const path = join(one.server.dir, 'stranger.sock');
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => sockets.push(socket));
  server.listen(path);
  await once(server, 'listening');
  const watcher = new Watcher(t, of(configOf({ ...one.source, remote: `unix:${path}` }, 'p1')));
  await watcher.until('p1', reason);
  assert.equal(watcher.notices.length, 1);
  assert.match(`lost: ${watcher.notices[0]?.message}`, reason);
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
  await one.server.control('ovsdb-server/add-remote', `punix:${path}`);
  await watcher.until('p1', 'up');
  await watcher.untilNotice('bfd_ovsdb_back');
}

test('an HTTP server', async (t) => {
  await stranger(
    t,
    createHttpServer(),
    /^lost: OVSDB is not reachable: not an OVSDB server: "HTTP\/1\.1 400 Bad Request"/,
  );
});

test('silence', async (t) => {
  const server = createServer((socket) => socket.resume());
  await stranger(t, server, /^lost: OVSDB is not reachable: no answer within 5000 ms$/);
});

test('random bytes', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write(Buffer.concat([Buffer.from('\u001b[31m'), randomBytes(1000)]));
  });
  await stranger(t, server, /^lost: OVSDB is not reachable: not an OVSDB server: [ -~¡-ÿ…]*$/);
});

/** A server whose database is another one, until it gets the right one. */
async function otherDatabase(t: TestContext, name: string, reason: string): Promise<void> {
  const right: Switch = await startSwitch(t);
  await addInterfaces(right, ['p1']);
  const column = { columns: { name: { type: 'string' } } };
  const server = await startServer({
    schema: { name, version: '1.0.0', tables: { Other: column } },
  });
  t.after(async () => server.remove());
  const source = { ...right.source, remote: server.remote };
  const watcher = new Watcher(t, of(configOf(source, 'p1')));
  await watcher.until('p1', `lost: ${reason}`);
  assert.deepEqual(
    watcher.notices.map(({ message }) => message),
    [reason],
  );
  await server.control('ovsdb-server/remove-db', name);
  await right.server.stop();
  await server.control('ovsdb-server/add-db', right.server.database);
  // What vswitchd writes is not kept in the file: the row is there, and empty.
  await watcher.until('p1', 'lost: no bfd status yet');
  await watcher.untilNotice('bfd_ovsdb_back');
}

test('a server without the database', async (t) => {
  await otherDatabase(t, 'Other', 'OVSDB: unknown database Open_vSwitch');
});

test('a database without the table', async (t) => {
  await otherDatabase(t, 'Open_vSwitch', 'OVSDB: no table Interface in Open_vSwitch');
});

test('a remote that is none', async (t) => {
  const source = { remote: 'unix:', vswitchdPidfile: '/nowhere/pid', tls: null };
  const watcher = new Watcher(t, of(configOf(source, 'p1')));
  await watcher.until('p1', /^lost: OVSDB is not reachable: .*unix/);
});

test('an interface that does not exist yet', async (t) => {
  const one = await startSwitch(t);
  await addInterfaces(one, ['p1']);
  const watcher = new Watcher(t, of(configOf(one.source, 'p1', 'p2', 'p\u001b3')));
  await watcher.until('p2', 'lost: interface p2 does not exist in Open vSwitch');
  await watcher.until('p\u001b3', 'lost: interface p 3 does not exist in Open vSwitch');
  await watcher.until('p1', 'up');
  assert.deepEqual(
    watcher.notices.map(({ message }) => message),
    ['not in Open vSwitch: p2, p 3'],
  );
  await addInterfaces(one, ['p2']);
  await watcher.until('p2', 'up');
});
