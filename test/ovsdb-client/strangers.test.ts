import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import { describe, test } from 'node:test';
import { OvsdbClient, scalar, type OvsdbClientOptions } from '../../src/ovsdb-client/index.ts';
import { Listener, portOf } from './fake-server.ts';
import { States, watch } from './watch.ts';

const spec = { database: 'D', table: 'T', columns: { name: scalar('string') } } as const;

/** Why a client waits, and that its monitor was reported the same. */
async function reasonOf(options: OvsdbClientOptions): Promise<string> {
  const states = new States();
  const client = new OvsdbClient({ ...options, onState: states.onState });
  try {
    const { seen } = watch(client, spec);
    client.start();
    const { reason } = await states.next('waiting');
    assert.equal((await seen.next('stale')).reason, reason);
    return reason;
  } finally {
    client.close();
  }
}

/** Begins no JSON text. */
const NO_BEGINNING = 0x80;

describe('a remote that is no OVSDB server: one line that says so', () => {
  test('nobody listens', async () => {
    const server = createNetServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server);
    server.close();
    await once(server, 'close');
    assert.equal(await reasonOf({ remote: `tcp:127.0.0.1:${port}` }), 'connection refused');
  });

  test('no such unix socket', async () => {
    assert.equal(await reasonOf({ remote: 'unix:/nowhere/db.sock' }), 'no such socket');
  });

  test('an HTTP server', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server);
    try {
      assert.equal(
        await reasonOf({ remote: `tcp:127.0.0.1:${port}` }),
        'not an OVSDB server: "HTTP/1.1 400 Bad Request" where a message should begin',
      );
    } finally {
      server.close();
    }
  });

  test('silence', async () => {
    const listener = new Listener(() => {});
    const remote = await listener.listen();
    assert.equal(await reasonOf({ remote, connectTimeoutMs: 1000 }), 'no answer within 1000 ms');
    await listener.close();
  });

  test('silence where TLS was expected', async () => {
    const listener = new Listener(() => {});
    const remote = await listener.listen();
    assert.equal(
      await reasonOf({
        remote: remote.replace('tcp', 'ssl'),
        tls: { ca: '' },
        connectTimeoutMs: 50,
      }),
      'no connection within 50 ms',
    );
    await listener.close();
  });

  test('a connection that is closed at once', async () => {
    const listener = new Listener((socket) => socket.end());
    const remote = await listener.listen();
    assert.equal(await reasonOf({ remote }), 'closed by the server before it answered');
    await listener.close();
  });

  test('random bytes', async () => {
    const listener = new Listener((socket) => {
      const bytes = randomBytes(2000);
      // Bytes that happen to begin an object are an object without an end: another test's business.
      bytes[0] = NO_BEGINNING;
      socket.write(bytes);
    });
    const remote = await listener.listen();
    try {
      for (let round = 0; round < 20; round += 1) {
        const reason = await reasonOf({ remote });
        assert.match(reason, /^not an OVSDB server: [\u0020-\u007e\u00a1-\u00ff…]+$/u);
      }
    } finally {
      await listener.close();
    }
  });

  test('JSON that is no JSON-RPC', async () => {
    const listener = new Listener((socket) => socket.write('{"hello":"\\u001b[31mworld"}'));
    const remote = await listener.listen();
    assert.equal(
      await reasonOf({ remote }),
      'not an OVSDB server: not a JSON-RPC message: {"hello":"\\u001b[31mworld"}',
    );
    await listener.close();
  });

  test('an object that never ends is refused at the limit', async () => {
    const listener = new Listener((socket) => {
      socket.write('{"a":"');
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const more = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', more);
      more();
    });
    const remote = await listener.listen();
    assert.equal(
      await reasonOf({ remote, messageMaxBytes: 1_000_000 }),
      'not an OVSDB server: a message of more than 1000000 bytes',
    );
    await listener.close();
  });
});

test('what can never work is refused before anything is tried', () => {
  assert.throws(() => new OvsdbClient({ remote: 'http://x' }), {
    name: 'TypeError',
    message: 'not a remote: "http://x" (unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT)',
  });
  assert.throws(() => new OvsdbClient({ remote: 'ssl:127.0.0.1' }), {
    name: 'TypeError',
    message: /needs the option tls/u,
  });
  assert.throws(() => new OvsdbClient({ remote: 'ssl:h', tls: { ca: 'x', cert: 'no PEM' } }), {
    name: 'TypeError',
    message: /unusable ca, cert or key/u,
  });
});
