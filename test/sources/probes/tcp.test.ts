import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { TcpCheck } from '../../../src/model/check.ts';
import type { ProbeAnswer, ProbeTarget } from '../../../src/sources/probes/prober.ts';
import { ANSWER_MAX_BYTES } from '../../../src/sources/probes/expect.ts';
import { tcpProber } from '../../../src/sources/probes/tcp.ts';
import { freePort, probeTarget, tcpCheck, tcpServer } from './fixtures.ts';

/** One probe, to its answer. */
function probeOnce(t: TestContext, target: ProbeTarget): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const probe = tcpProber(target, resolve);
    t.after(() => probe.close());
    probe.start();
  });
}

function on(port: number, some: Partial<TcpCheck> = {}, address = '127.0.0.1'): ProbeTarget {
  return probeTarget({ address, port, check: tcpCheck(some) });
}

const EXPECT_PONG = { send: Buffer.from('PING\r\n'), expect: text('PONG') };

function text(bytes: string): TcpCheck['expect'] {
  return { kind: 'bytes', bytes: Buffer.from(bytes) };
}

describe('tcp connect', () => {
  test('a server that accepts is up, and sees a reset', async (t) => {
    const { port, server } = await tcpServer(t);
    const reset = new Promise((resolve) => {
      server.on('connection', (socket) => socket.resume().on('error', resolve));
    });
    assert.deepEqual(await probeOnce(t, on(port)), { state: 'up', reason: '' });
    assert.match(String(await reset), /ECONNRESET/);
  });

  test('works over IPv6', async (t) => {
    const { port } = await tcpServer(t, () => {}, '::1');
    assert.deepEqual(await probeOnce(t, on(port, {}, '::1')), { state: 'up', reason: '' });
  });

  test('a port on which nothing listens is refused, over IPv6 too', async (t) => {
    const port = await freePort();
    const refused = { state: 'down', reason: 'refused' };
    assert.deepEqual(await probeOnce(t, on(port)), refused);
    assert.deepEqual(await probeOnce(t, on(port, {}, '::1')), refused);
  });

  test('connects from the source address', async (t) => {
    const { port, server } = await tcpServer(t);
    const from = new Promise((resolve) => {
      server.on('connection', (socket) => resolve(socket.remoteAddress));
    });
    await probeOnce(t, on(port, { source: '127.0.0.77' }));
    assert.equal(await from, '127.0.0.77');
  });

  test('a source address of another node is our fault, not the server’s', async (t) => {
    const { port } = await tcpServer(t);
    assert.deepEqual(await probeOnce(t, on(port, { source: '192.0.2.1' })), {
      state: 'lost',
      reason: 'source address 192.0.2.1 is not on this node',
    });
  });
});

describe('tcp send and expect', () => {
  test('sends, and is up when the answer has come, in however many pieces', async (t) => {
    const { port } = await tcpServer(t, (socket) => {
      socket.once('data', (sent) => {
        assert.equal(String(sent), 'PING\r\n');
        socket.write('+PO', () => setImmediate(() => socket.write('NG\r\n')));
      });
    });
    assert.deepEqual(await probeOnce(t, on(port, EXPECT_PONG)), { state: 'up', reason: '' });
  });

  test('a banner is matched by a pattern, as text and as bytes', async (t) => {
    const { port } = await tcpServer(t, (socket) => socket.write('220 größe \xff'));
    for (const regex of [/^220 gr.ße/u, /\xc3\xb6/g]) {
      const expect = { kind: 'regex' as const, regex };
      for (let again = 0; again < 2; again += 1) {
        assert.equal((await probeOnce(t, on(port, { expect }))).state, 'up', String(regex));
      }
    }
  });

  test('another answer is shown, printable and cut', async (t) => {
    const { port } = await tcpServer(t, (socket) => socket.end(`-ERR\n\x1b[31m${'x'.repeat(99)}`));
    assert.deepEqual(await probeOnce(t, on(port, { expect: text('PONG') })), {
      state: 'down',
      reason: `unexpected answer "-ERR..[31m${'x'.repeat(30)}…"`,
    });
  });

  test('a server that closes without a word, or resets, is down', async (t) => {
    const closing = await tcpServer(t, (socket) => socket.end());
    const expect = text('PONG');
    assert.deepEqual(await probeOnce(t, on(closing.port, { expect })), {
      state: 'down',
      reason: 'closed by peer',
    });
    const resetting = await tcpServer(t, (socket) => socket.resetAndDestroy());
    assert.deepEqual(await probeOnce(t, on(resetting.port, { expect })), {
      state: 'down',
      reason: 'reset by peer',
    });
  });

  test('reads no more than its limit', async (t) => {
    const { port } = await tcpServer(t, (socket) => socket.write(Buffer.alloc(1 << 20, 'a')));
    const answer = await probeOnce(t, on(port, { expect: text('PONG') }));
    assert.equal(answer.reason, `unexpected answer "${'a'.repeat(40)}…"`);
    assert.ok(ANSWER_MAX_BYTES < 1 << 20);
  });

  test('the time-out says how far the probe came', async (t) => {
    const connected = await tcpServer(t);
    const silent = tcpProber(on(connected.port, EXPECT_PONG), () => assert.fail('answered'));
    t.after(() => silent.close());
    const accepted = new Promise((resolve) => connected.server.once('connection', resolve));
    silent.start();
    assert.deepEqual(silent.expire(), { state: 'down', reason: 'timed out after 500ms' });
    silent.start();
    await accepted;
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(silent.expire(), { state: 'down', reason: 'no answer within 500ms' });
  });

  test('a probe that was cancelled says nothing any more', async (t) => {
    const { port, server, sockets } = await tcpServer(t);
    const probe = tcpProber(on(port), () => assert.fail('answered'));
    probe.start();
    probe.cancel();
    probe.start();
    probe.close();
    probe.close();
    const [seen] = await Promise.all([
      new Promise((resolve) => server.once('connection', resolve)),
      probeOnce(t, on(port)),
    ]);
    assert.ok(seen);
    assert.ok(sockets.size <= 3);
  });
});
