import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { agentProber } from '../../../src/sources/probes/agent.ts';
import type { ProbeAnswer } from '../../../src/sources/probes/prober.ts';
import { freePort, tcpServer } from './fixtures.ts';
import { agentCheck, expired, probeMany, probeOnce } from './one-probe.ts';

async function said(t: TestContext, speak: (socket: Socket) => void): Promise<ProbeAnswer> {
  const { port } = await tcpServer(t, speak);
  return probeOnce(t, agentProber, { port, check: agentCheck() });
}

describe('agent', () => {
  test('an agent that says up, or how much, is up', async (t) => {
    assert.deepEqual(await said(t, (socket) => socket.write('up\n')), { state: 'up', reason: '' });
    assert.deepEqual(
      await said(t, (socket) =>
        socket.write('up 7', () => setImmediate(() => socket.write('5%\n'))),
      ),
      { state: 'up', reason: '', weightPercent: 75 },
    );
    assert.deepEqual(await said(t, (socket) => socket.end('drain')), {
      state: 'up',
      reason: '',
      weightPercent: 0,
    });
  });

  test('a percentage lasts until the next one, a drain as long as it is said', async (t) => {
    const lines = [
      'up',
      '75%',
      'up',
      'drain',
      'ready',
      'drain 50%',
      'up',
      'down',
      'up ready',
      '100%',
    ];
    let asked = 0;
    const { port } = await tcpServer(t, (socket) => socket.end(`${lines[asked++]}\n`));
    const answers = await probeMany(t, agentProber, { port, check: agentCheck() }, lines.length);
    const heard = answers.map(({ state, weightPercent = 100 }) =>
      state === 'up' ? weightPercent : state,
    );
    assert.deepEqual(heard, [100, 75, 75, 0, 75, 0, 50, 'down', 50, 100]);
  });

  test('is sent what the check says, and down with its words', async (t) => {
    const { port } = await tcpServer(t, (socket) => {
      socket.once('data', (asked) => socket.write(`down#asked ${String(asked)}`));
    });
    const answer = await probeOnce(t, agentProber, {
      port,
      check: agentCheck({ send: Buffer.from('backend/a\n') }),
    });
    assert.deepEqual(answer, { state: 'down', reason: 'the agent reports down: asked backend/a' });
  });

  test('300%, HTML, nothing, and a line without an end are lost', async (t) => {
    const answers = [
      [(socket: Socket) => socket.write('300%\n'), 'unexpected answer "300%" from the agent'],
      [
        (socket: Socket) => socket.end('<!DOCTYPE html>\n<html>'),
        'unexpected answer "<!DOCTYPE html>" from the agent',
      ],
      [(socket: Socket) => socket.end(), 'the agent sent an empty answer'],
      [
        (socket: Socket) => socket.write('x'.repeat(1 << 20)),
        `unexpected answer "${'x'.repeat(39)}…" from the agent`,
      ],
    ] as const;
    for (const [speak, reason] of answers) {
      assert.deepEqual(await said(t, speak), { state: 'lost', reason });
    }
  });

  test('one that cannot be reached, or does not answer, is down', async (t) => {
    const port = await freePort();
    assert.deepEqual(await probeOnce(t, agentProber, { port, check: agentCheck() }), {
      state: 'down',
      reason: 'refused',
    });
    const silent = await tcpServer(t);
    const accepted = async (): Promise<void> => {
      await new Promise((resolve) => silent.server.once('connection', resolve));
      await new Promise((resolve) => setImmediate(resolve));
    };
    assert.deepEqual(
      await expired(t, agentProber, { port: silent.port, check: agentCheck() }, accepted),
      {
        state: 'down',
        reason: 'no answer within 500ms',
      },
    );
  });
});
