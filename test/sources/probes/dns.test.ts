import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dnsProber } from '../../../src/sources/probes/dns.ts';
import type { ProbeAnswer } from '../../../src/sources/probes/prober.ts';
import { freePort } from './fixtures.ts';
import { dnsCheck, expired, probeOnce } from './one-probe.ts';

const UP = { state: 'up', reason: '' };

/** A server that answers each question with this code and none of its records. */
async function answering(
  t: TestContext,
  rcode: number | 'silent' | 'garbage',
  address = '127.0.0.1',
) {
  const socket = createSocket(address === '::1' ? 'udp6' : 'udp4');
  let questions = 0;
  const asked = new Promise<{ address: string; port: number }>((resolve) => {
    socket.on('message', (question, from) => {
      questions += 1;
      resolve(from);
      if (rcode === 'silent') return;
      const answer = Buffer.from(question);
      answer[2] = 0x81;
      answer[3] = rcode === 'garbage' ? 0x80 : 0x80 | rcode;
      // An answer of one record, which is not there.
      if (rcode === 'garbage') answer[7] = 1;
      socket.send(answer, from.port, from.address);
    });
  });
  socket.bind(0, address);
  await once(socket, 'listening');
  t.after(() => socket.close());
  return { port: socket.address().port, asked, questions: () => questions };
}

async function answerTo(
  t: TestContext,
  rcode: number | 'garbage',
  some = {},
): Promise<ProbeAnswer> {
  const { port } = await answering(t, rcode);
  return probeOnce(t, dnsProber, { port, check: dnsCheck(some) });
}

/** A real server that knows one name. */
async function dnsmasq(t: TestContext): Promise<number> {
  const port = await freePort();
  const child = spawn(
    '/usr/sbin/dnsmasq',
    ['--no-daemon', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--bind-interfaces',
      '--listen-address=127.0.0.1', `--port=${port}`, '--pid-file=', '--user=root',
      '--local=/test/', '--host-record=www.test,192.0.2.1', '--txt-record=txt.test,hello'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  ); // prettier-ignore
  t.after(() => child.kill('SIGKILL'));
  let log = '';
  for await (const chunk of child.stderr) {
    log += String(chunk);
    if (log.includes('started')) return port;
  }
  throw new Error(`dnsmasq ended: ${log}`);
}

describe('dns', () => {
  test('dnsmasq: a record that is there, a type that is not, a name that is not', async (t) => {
    const port = await dnsmasq(t);
    const ask = async (some: Parameters<typeof dnsCheck>[0]): Promise<ProbeAnswer> =>
      probeOnce(t, dnsProber, { port, check: dnsCheck(some) });
    assert.deepEqual(await ask({}), UP);
    assert.deepEqual(await ask({ name: 'txt.test', record: 'TXT' }), UP);
    assert.deepEqual(await ask({ record: 'AAAA' }), {
      state: 'down',
      reason: 'no AAAA record of www.test',
    });
    assert.deepEqual(await ask({ name: 'none.test' }), { state: 'down', reason: 'NXDOMAIN' });
    assert.deepEqual(await ask({ name: 'none.test', rcode: 'NXDOMAIN' }), UP);
    assert.deepEqual(await ask({ name: 'a.example' }), { state: 'down', reason: 'REFUSED' });
  });

  test('each rcode is distinguished, and may be the expected one', async (t) => {
    for (const [code, rcode] of [
      [2, 'SERVFAIL'],
      [3, 'NXDOMAIN'],
      [5, 'REFUSED'],
    ] as const) {
      assert.deepEqual(await answerTo(t, code), { state: 'down', reason: rcode });
      assert.deepEqual(await answerTo(t, code, { rcode }), UP);
    }
    const reason = 'NOERROR';
    assert.deepEqual(await answerTo(t, 0, { rcode: 'REFUSED' }), { state: 'down', reason });
  });

  test('an answer that is none is down', async (t) => {
    assert.deepEqual(await answerTo(t, 'garbage'), {
      state: 'down',
      reason: 'the answer is not a valid DNS message',
    });
  });

  test('asks from the source address, over IPv6 too, and anew each time', async (t) => {
    const four = await answering(t, 2);
    const check = dnsCheck({ source: '127.0.0.77', rcode: 'SERVFAIL' });
    const probes = [1, 2].map(async () => probeOnce(t, dnsProber, { port: four.port, check }));
    assert.deepEqual(await Promise.all(probes), [UP, UP]);
    assert.equal((await four.asked).address, '127.0.0.77');
    assert.ok(four.questions() >= 2);
    const six = await answering(t, 2, '::1');
    const over6 = { port: six.port, address: '::1', check: dnsCheck({ rcode: 'SERVFAIL' }) };
    assert.deepEqual(await probeOnce(t, dnsProber, over6), UP);
  });

  test('a port on which nothing listens is refused, silence is no answer', async (t) => {
    const port = await freePort();
    assert.deepEqual(await probeOnce(t, dnsProber, { port, check: dnsCheck() }), {
      state: 'down',
      reason: 'refused',
    });
    const silent = await answering(t, 'silent');
    const to = { port: silent.port, check: dnsCheck() };
    assert.deepEqual(await expired(t, dnsProber, to, async () => silent.asked), {
      state: 'down',
      reason: 'no answer within 500ms',
    });
  });

  test('a name that is none is our fault', async (t) => {
    const check = dnsCheck({ name: `${'x'.repeat(64)}.test` });
    assert.equal((await probeOnce(t, dnsProber, { port: 9, check })).state, 'lost');
  });

  test('without a descriptor to ask by it is lost, and not refused', async (t) => {
    const { port } = await answering(t, 0);
    const child = fileURLToPath(new URL('dns-child.ts', import.meta.url));
    const limited = ['-c', 'ulimit -n 100; exec "$@"', 'sh', process.execPath];
    const { stdout, stderr } = spawnSync(
      'sh',
      [...limited, '--import', 'tsx', child, String(port)],
      {
        encoding: 'utf8',
      },
    );
    assert.equal(stdout, '{"state":"lost","reason":"out of file descriptors"}', stderr);
  });
});
