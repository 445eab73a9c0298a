import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { Alarm } from '../../src/platform/alarm.ts';
import { nowMs } from '../../src/platform/clock.ts';
import { connectTcp, dropTcp } from '../../src/platform/sockets.ts';

test('a connection is closed by reset, from the local address that was asked for', async (t) => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const { port } = address;

  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const socket = connectTcp({ address: '127.0.0.1', port, source: '127.0.0.9' });
  const [peer] = await Promise.all([accepted, once(socket, 'connect')]);
  assert.equal(peer.remoteAddress, '127.0.0.9');
  peer.resume();
  const reset = new Promise<NodeJS.ErrnoException>((resolve) => peer.once('error', resolve));
  dropTcp(socket);
  assert.equal((await reset).code, 'ECONNRESET');
  // Dropped again, or before it connected: no complaint.
  dropTcp(socket);
  dropTcp(connectTcp({ address: '127.0.0.1', port, source: null }));
});

test('an alarm rings once, at the time that was set last, and not after it was closed', async () => {
  const rung = new EventEmitter();
  let rings = 0;
  const alarm = new Alarm(() => {
    rings += 1;
    rung.emit('ring');
  });
  const setAtMs = nowMs();
  alarm.set(setAtMs + 60_000);
  alarm.set(setAtMs + 5);
  await once(rung, 'ring');
  assert.equal(rings, 1);
  assert.ok(nowMs() >= setAtMs + 4);

  alarm.set(nowMs() + 1);
  alarm.close();
  alarm.set(nowMs() + 1);
  alarm.set(Infinity);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(rings, 1);
});
