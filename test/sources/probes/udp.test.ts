import assert from 'node:assert/strict';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, test, type TestContext } from 'node:test';
import type { UdpCheck } from '../../../src/model/check.ts';
import type { ProbeAnswer, Probe } from '../../../src/sources/probes/prober.ts';
import { udpProber } from '../../../src/sources/probes/udp.ts';
import { freePort, probeTarget, udpCheck } from './fixtures.ts';

const PONG = { expect: { kind: 'bytes' as const, bytes: Buffer.from('pong') } };

type OnMessage = (server: Socket, message: Buffer, from: RemoteInfo) => void;

async function udpServer(t: TestContext, onMessage: OnMessage, host = '127.0.0.1') {
  const server = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  server.on('message', (message, from) => onMessage(server, message, from));
  server.bind(0, host);
  await once(server, 'listening');
  t.after(() => server.close());
  return { server, port: server.address().port };
}

/** A probe whose answers are awaited one by one. */
function prober(t: TestContext, port: number, some: Partial<UdpCheck>, address = '127.0.0.1') {
  const asked: ((answer: ProbeAnswer) => void)[] = [];
  const probe: Probe = udpProber(
    probeTarget({ address, port, check: udpCheck(some) }),
    (answer) => {
      const resolve = asked.shift();
      assert.ok(resolve, 'answered without being asked');
      resolve(answer);
    },
  );
  t.after(() => probe.close());
  const ask = (): Promise<ProbeAnswer> => {
    const answered = new Promise<ProbeAnswer>((resolve) => asked.push(resolve));
    probe.start();
    return answered;
  };
  return { probe, ask };
}

function echo(reply: string): OnMessage {
  return (server, _, { port, address }) => server.send(reply, port, address);
}

describe('udp', () => {
  test('the expected reply is up, again and again, from one socket', async (t) => {
    const ports = new Set<number>();
    const { port } = await udpServer(t, (server, message, from) => {
      assert.equal(String(message), 'probe');
      ports.add(from.port);
      echo('...pong...')(server, message, from);
    });
    const { ask } = prober(t, port, PONG);
    for (let round = 0; round < 3; round += 1) {
      assert.deepEqual(await ask(), { state: 'up', reason: '' });
    }
    assert.equal(ports.size, 1);
  });

  test('works over IPv6', async (t) => {
    const { port } = await udpServer(t, echo('pong'), '::1');
    assert.equal((await prober(t, port, PONG, '::1').ask()).state, 'up');
  });

  test('another reply is shown, printable', async (t) => {
    const { port } = await udpServer(t, echo('busy\r\n'));
    const answer = await prober(t, port, PONG).ask();
    assert.deepEqual(answer, { state: 'down', reason: 'unexpected answer "busy.."' });
  });

  for (const [name, some] of [
    ['none', {}],
    ['a reply', PONG],
  ] as const) {
    for (const address of ['127.0.0.1', '::1']) {
      test(`ICMP refuses, ${name} expected, ${address}: down, and up again when it listens`, async (t) => {
        const port = await freePort();
        const { probe, ask } = prober(t, port, some, address);
        for (let round = 0; round < 3; round += 1) {
          assert.deepEqual(await ask(), { state: 'down', reason: 'refused' });
        }
        const server = createSocket(address === '::1' ? 'udp6' : 'udp4');
        t.after(() => server.close());
        server.bind(port, address);
        await once(server, 'listening');
        const heard = once(server, 'message');
        probe.start();
        await heard;
        if (name === 'none') assert.deepEqual(probe.expire(), { state: 'up', reason: '' });
        else assert.equal(probe.expire()?.reason, 'no answer within 500ms');
      });
    }
  }

  test('a late reply to a probe that timed out never answers the next one', async (t) => {
    const asked: RemoteInfo[] = [];
    const { server, port } = await udpServer(t, (_, __, from) => asked.push(from));
    const { probe, ask } = prober(t, port, PONG);
    let message = once(server, 'message');
    probe.start();
    await message;
    assert.equal(probe.expire()?.reason, 'no answer within 500ms');

    message = once(server, 'message');
    const second = ask();
    await message;
    const [late, present] = asked;
    assert.ok(late && present && late.port !== present.port);
    // The late reply goes first; only the second, to the present probe, is heard.
    server.send('pong late', late.port, late.address);
    server.send('nope', present.port, present.address);
    assert.deepEqual(await second, { state: 'down', reason: 'unexpected answer "nope"' });
  });

  test('a reply that comes between two probes answers neither', async (t) => {
    let from: RemoteInfo | null = null;
    const { server, port } = await udpServer(t, (own, message, sender) => {
      from = sender;
      echo('pong')(own, message, sender);
    });
    const { probe, ask } = prober(t, port, PONG);
    assert.equal((await ask()).state, 'up');
    assert.ok(from);
    const { port: to, address } = from as RemoteInfo;
    server.removeAllListeners('message');
    await new Promise((resolve) => server.send('pong again', to, address, resolve));
    // Enough turns of the loop for the datagram to be read and thrown away.
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const heard = once(server, 'message');
    probe.start();
    await heard;
    assert.equal(probe.expire()?.reason, 'no answer within 500ms');
  });

  test('a source address of another node is our fault, not the server’s', async (t) => {
    const { ask } = prober(t, 9, { source: '192.0.2.1' });
    assert.deepEqual(await ask(), {
      state: 'lost',
      reason: 'source address 192.0.2.1 is not on this node',
    });
    assert.equal((await ask()).state, 'lost', 'and is tried again');
  });

  test('sends from the source address', async (t) => {
    const { server, port } = await udpServer(t, echo('pong'));
    const heard = new Promise<RemoteInfo>((resolve) => {
      server.once('message', (_, from) => resolve(from));
    });
    assert.equal((await prober(t, port, { ...PONG, source: '127.0.0.77' }).ask()).state, 'up');
    assert.equal((await heard).address, '127.0.0.77');
  });
});
