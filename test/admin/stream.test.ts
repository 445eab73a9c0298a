import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import type { WebSocket } from 'ws';
import type { Turn } from '../../src/model/turn.ts';
import { WAITING_MAX_BYTES } from '../../src/admin/stream-client.ts';
import { until } from '../e2e/until.ts';
import { openRig, type Rig } from './rig.ts';
import { manyServers } from './view.ts';

interface Message {
  readonly type: string;
  readonly seq: number;
  readonly [key: string]: unknown;
}

/** For what takes milliseconds: a machine that does other things as well must not fail here. */
const patienceMs = 30_000;

/** More than a unix socket takes before its writer has to wait. */
const kernelMaxBytes = 1 << 20;

describe('the stream', () => {
  test('begins with the status and goes on with everything that happens, in order', async (t) => {
    const rig = await openRig(t);
    const messages = listen(rig);
    await until(() => messages.length === 1, patienceMs, 'the snapshot');
    assert.equal(messages[0]?.type, 'snapshot');
    assert.equal(messages[0]?.['node'], 'lb-a');

    const observation = {
      signal: 'web/10.0.1.11:443',
      state: 'down',
      reason: 'refused',
      atMs: 5,
    } as const;
    rig.admin.observe(observation);
    rig.admin.observe({ ...observation, atMs: 6 });
    rig.admin.turn(turn('web', 'down'));
    rig.admin.report({
      kind: 'action',
      sink: 'exabgp',
      action: 'withdraw',
      keys: ['192.0.2.10/32'],
      result: 'sent',
      command: 'withdraw route 192.0.2.10/32 next-hop self',
      cause: { kind: 'observation', observation },
      atMs: 6.5,
    });
    rig.admin.notice({ level: 'warn', event: 'any', message: 'look here' });
    await until(
      () => messages.length === 6,
      patienceMs,
      'five events',
      () => JSON.stringify(messages),
    );
    assert.deepEqual(
      messages.slice(1).map(({ type }) => type),
      ['observation', 'health', 'decision', 'action', 'notice'],
      'an observation that says the same again is none',
    );
    assert.deepEqual(
      messages.map(({ seq }) => seq),
      [0, 1, 2, 3, 4, 5],
    );
    assert.equal(messages[4]?.['reaction_ms'], 1.5);
    const { transitions, actions } = JSON.parse((await rig.ask('/api/v1/history')).text);
    assert.deepEqual(
      [...transitions, ...actions].map(({ type }: Message) => type),
      ['health', 'decision', 'notice', 'action'],
    );
  });

  test('nothing is lost between the snapshot and the events after it', async (t) => {
    const rig = await openRig(t, { view: () => manyServers(5_000) });
    let count = 0;
    const timer = setInterval(() => {
      count += 1;
      rig.admin.turn(turn('web', count % 2 === 0 ? 'up' : 'down'));
    }, 1);
    rig.own(() => clearInterval(timer));
    await until(() => count > 20, patienceMs, 'something happened before');
    const clients = Array.from({ length: 5 }, () => listen(rig));
    for (const messages of clients) {
      await until(() => messages.length > 100, patienceMs, 'a hundred events');
      const [snapshot, ...events] = messages;
      assert.equal(snapshot?.type, 'snapshot');
      assert.ok(snapshot.seq > 0);
      for (const [index, { seq }] of events.entries()) {
        assert.equal(seq, snapshot.seq + 1 + index);
      }
    }
  });

  test('a client that does not read loses its connection, and the others nothing', async (t) => {
    const rig = await openRig(t);
    const messages = listen(rig);
    const stuck = await connectAndStop(rig);
    await until(() => messages.length === 1, patienceMs, 'the snapshot');
    const closed = once(stuck, 'close');
    let sent = 0;
    const timer = setInterval(() => {
      for (let each = 0; each < 200; each += 1) rig.admin.turn(turn('web', 'down'));
      sent += 400;
    }, 1);
    rig.own(() => clearInterval(timer));
    await until(() => sent > 40_000, patienceMs, 'more than fits was sent');
    clearInterval(timer);
    stuck.resume();
    await closed;
    await until(() => messages.length === sent + 1, patienceMs, 'the other one has all of it');
  });

  test('what is dropped gets the reason, with 1013', async (t) => {
    const rig = await openRig(t);
    const client = rig.listen();
    await once(client, 'message');
    client.pause();
    const closed = once(client, 'close');
    const other = rig.listen();
    await once(other, 'message');
    const timer = setInterval(() => {
      for (let each = 0; each < 200; each += 1) rig.admin.turn(turn('web', 'down'));
    }, 1);
    rig.own(() => clearInterval(timer));
    let seenBytes = 0;
    other.on('message', (data: Buffer) => {
      seenBytes += data.length;
      if (seenBytes < WAITING_MAX_BYTES + kernelMaxBytes) return;
      // What the other one has seen waits for this one: it reads again, too late.
      clearInterval(timer);
      client.resume();
    });
    const [code] = await closed;
    assert.equal(code, 1013);
  });

  test('ends with 1001 when its entrance goes', async (t) => {
    const rig = await openRig(t);
    const client = rig.listen();
    await once(client, 'message');
    const closed = once(client, 'close');
    const { value } = rig.config$;
    rig.config$.next({ ...value, admin: { ...value.admin, socket: null } });
    const [code] = await closed;
    assert.equal(code, 1001);
  });
});

/** A WebSocket that takes its handshake and then nothing more. */
async function connectAndStop(rig: Rig): Promise<ReturnType<typeof connect>> {
  const socket = connect(rig.socket);
  rig.own(() => socket.destroy());
  socket.write(
    'GET /api/v1/stream HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
      'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await once(socket, 'data');
  return socket.pause();
}

function listen(rig: Rig): Message[] {
  const messages: Message[] = [];
  const client: WebSocket = rig.listen();
  client.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString())));
  return messages;
}

function turn(name: string, to: 'up' | 'down'): Turn {
  const cause = { kind: 'config', atMs: 1 } as const;
  const key = '192.0.2.10/32';
  return {
    atMs: 6,
    changes: [{ name, from: 'unknown', to, reason: 'x'.repeat(100), atMs: 6, cause }],
    decisions: [
      {
        route: { key, prefix: key, pathId: null, neighbor: null },
        from: 'announced',
        to: 'withdrawn',
        attributes: null,
        because: 'y'.repeat(100),
        atMs: 6,
        cause,
      },
    ],
    weightDecisions: [],
    notices: [],
    intents: {
      routes: new Map(),
      changed: [],
      weights: new Map(),
      changedWeights: [],
      watched: new Set(),
      shares: { percentOf: () => null },
    },
  };
}
