import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { tcpServer, udpServer } from '../../src/cli/demo-servers.ts';

test('the TCP server drops its connections when it fails and comes back on its port', async () => {
  const server = await tcpServer();
  const idle = connect(server.port, '127.0.0.1');
  await once(idle, 'connect');
  idle.resume();
  const closed = once(idle, 'close');
  await server.fail();
  await closed;

  const refused = connect(server.port, '127.0.0.1');
  const [error] = await once(refused, 'error').catch((reason: unknown) => [reason]);
  assert.match(String(error), /ECONNREFUSED/u);

  await server.recover();
  const again = connect(server.port, '127.0.0.1');
  await once(again, 'connect');
  again.destroy();
  await server.fail();
});

test('the UDP server answers pong, and is refused by ICMP while it fails', async () => {
  const server = await udpServer();
  const client = createSocket('udp4');
  client.connect(server.port, '127.0.0.1');
  await once(client, 'connect');
  client.send('ping');
  const [answer] = await once(client, 'message');
  assert.equal(String(answer), 'pong');

  await server.fail();
  client.send('ping');
  const [error] = await once(client, 'error');
  assert.match(String(error), /ECONNREFUSED/u);

  await server.recover();
  client.send('ping');
  const [recovered] = await once(client, 'message');
  assert.equal(String(recovered), 'pong');
  client.close();
  await server.fail();
});
