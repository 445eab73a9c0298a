import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { WebSocket } from 'ws';
import type { Content } from '../../src/admin/context.ts';
import { serverLimits } from '../../src/admin/server.ts';
import { until } from '../e2e/until.ts';
import { errorOf, openRig, Rig } from './rig.ts';

/** Short enough to wait for. */
const quick = { headMs: 100, requestMs: 200, idleMs: 300, lookMs: 20 };

describe('clients that mean no good', () => {
  test('1 MB of a body is refused without being read', async (t) => {
    const rig = await openRig(t);
    const body = 'x'.repeat(1 << 20);
    const answer = await rig.ask('/api/v1/drain/web', { method: 'POST', body }).catch(() => null);
    // The connection may be gone before all was sent: then there is no answer to read.
    if (answer !== null) assert.equal(answer.status, 413);
    const chunked = { 'transfer-encoding': 'chunked' };
    const unsaid = await rig
      .ask('/api/v1/drain/web', { method: 'POST', body, headers: chunked })
      .catch(() => null);
    if (unsaid !== null) assert.equal(errorOf(unsaid).code, 'too_large');
    assert.deepEqual(rig.controls, []);
    assert.equal((await rig.ask('/healthz')).status, 200);
  });

  test('a head that never ends, a body that never ends, and silence are cut off', async (t) => {
    const rig = await openRig(t, { limits: quick });
    const beginnings = [
      'GET /api/v1/status HTTP/1.1\r\nhost: localhost\r\nx-slow: ',
      'POST /api/v1/drain/web HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{',
      '',
    ];
    await Promise.all(
      beginnings.map(async (beginning) => {
        const socket = dial(rig);
        socket.write(beginning);
        await once(socket, 'close');
      }),
    );
    // On a busy machine these limits may be too short for an honest request as well.
    const answers = async (): Promise<boolean> =>
      (await rig.ask('/healthz').catch(() => null))?.status === 200;
    await until(answers, 30_000, 'it goes on');
  });

  test('a refused WebSocket has no connection any more, even if it does not close it', async (t) => {
    const rig = await openRig(t, { limits: { idleMs: 60_000 } });
    const socket = connect({ path: rig.socket, allowHalfOpen: true }).resume();
    rig.own(() => socket.destroy());
    socket.on('error', () => {});
    const ended = once(socket, 'end');
    socket.write(
      'GET /api/v1/stream HTTP/1.1\r\nhost: localhost\r\norigin: http://evil.example\r\n' +
        'connection: upgrade\r\nupgrade: websocket\r\n\r\n',
    );
    await ended;
    const isCutOff = (): boolean => {
      if (!socket.destroyed) socket.write('and on');
      return socket.destroyed;
    };
    await until(isCutOff, 30_000, 'nobody takes more of it');
  });

  test('what is no HTTP is answered and cut off', async (t) => {
    const rig = await openRig(t);
    const socket = dial(rig);
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.write('\u0000\u0001 what is this\r\n\r\n');
    await once(socket, 'close');
    assert.match(text, /^HTTP\/1\.1 400 /u);
    assert.match(text, /"code":"bad_request"/u);
  });

  test('200 requests that never end keep nobody out, be it the same user', async (t) => {
    const rig = await openRig(t);
    const held = Array.from({ length: 200 }, () => dial(rig));
    for (const socket of held)
      socket.write('GET /api/v1/status HTTP/1.1\r\nhost: localhost\r\nx: ');
    await Promise.all(held.map(async (socket) => once(socket, 'connect')));
    for (let count = 0; count < 5; count += 1) {
      assert.equal((await rig.ask('/healthz')).status, 200);
    }
    const open = (): number => held.filter((socket) => !socket.closed).length;
    await until(
      () => open() <= serverLimits.connections,
      30_000,
      'those beyond the limit are gone',
    );
    assert.ok(open() > 0, 'and the others go on');
  });

  test('of two users, the one with the most connections loses one', async (t) => {
    let uid = 1;
    const rig = await openRig(t, { limits: { connections: 3 }, uidOf: () => uid });
    const dialled = async (): Promise<Socket> => {
      const socket = dial(rig);
      await once(socket, 'connect');
      await rig.ask('/healthz').catch(() => null);
      return socket;
    };
    const polite = await dialled();
    uid = 2;
    for (let count = 0; count < 10; count += 1) await dialled();
    polite.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    const [answer] = await once(polite, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 200 /u);
  });

  test('64 streams leave all places for short requests; one more gets a reason', async (t) => {
    const rig = await openRig(t);
    const streams = Array.from({ length: serverLimits.streams }, () => rig.listen());
    await Promise.all(streams.map(async (stream) => once(stream, 'open')));
    assert.equal((await rig.ask('/api/v1/status')).status, 200);
    const late = rig.listen();
    late.on('error', () => {});
    const [, response] = await once(late, 'unexpected-response');
    assert.equal(response.statusCode, 503);
    streams[0]?.terminate();
    const opens = async (): Promise<boolean> => {
      const next = rig.listen();
      return new Promise((resolve) => {
        next.on('open', () => resolve(true));
        next.on('error', () => resolve(false));
      });
    };
    await until(opens, 30_000, 'a place is free again');
    assert.ok(streams.slice(1).every(({ readyState }) => readyState === WebSocket.OPEN));
  });

  test('the watchers of one user give one up for another user', async (t) => {
    let uid = 1;
    const rig = await openRig(t, { limits: { streams: 3 }, uidOf: () => uid });
    const greedy = [rig.listen(), rig.listen(), rig.listen()];
    await Promise.all(greedy.map(async (stream) => once(stream, 'open')));
    uid = 2;
    const closed = Promise.race(greedy.map(async (stream) => once(stream, 'close')));
    const other = rig.listen();
    await once(other, 'open');
    const [code] = await closed;
    assert.equal(code, 1013);
    assert.equal(greedy.filter(({ readyState }) => readyState === WebSocket.OPEN).length, 2);
  });

  test('a stream ends that does not answer a ping, and one that does goes on', async (t) => {
    const rig = await openRig(t, { limits: { aliveMs: 100 } });
    const alive = rig.listen();
    let pings = 0;
    alive.on('ping', () => (pings += 1));
    await once(alive, 'open');
    const dead = dial(rig);
    dead.write(
      'GET /api/v1/stream HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\n' +
        'upgrade: websocket\r\nsec-websocket-version: 13\r\n' +
        `sec-websocket-key: ${Buffer.alloc(16).toString('base64')}\r\n\r\n`,
    );
    await once(dead, 'close');
    await until(() => pings >= 3, 30_000, 'the other is pinged');
    assert.equal(alive.readyState, WebSocket.OPEN);
  });

  test('30 readers of /metrics at once cost two builds: the one that runs, and one for all who wait', async (t) => {
    let built = 0;
    const gate = new EventEmitter();
    const released = once(gate, 'open');
    const metrics = async (): Promise<Content> => {
      built += 1;
      const body = `routevane_build ${built}\n`;
      await released;
      return { type: 'text/plain', body };
    };
    const rig = await openRig(t, { parts: { metrics } });
    const first = rig.ask('/metrics');
    await until(() => built === 1, 30_000, 'the first build runs');
    const waiting = await Promise.all(Array.from({ length: 29 }, async () => joinMetrics(rig)));
    const builtMeanwhile = built;
    gate.emit('open');
    const texts = await Promise.all(waiting.map(async (answer) => answer()));
    assert.equal(builtMeanwhile, 1, 'nothing is built while a build runs');
    assert.equal((await first).text, 'routevane_build 1\n');
    assert.deepEqual(new Set(texts), new Set(['routevane_build 2\n']));
    assert.equal(built, 2);
  });

  test('a listener that talks or pings without end is cut off', async (t) => {
    const rig = await openRig(t);
    for (const flood of ['message', 'ping'] as const) {
      const client = rig.listen();
      await once(client, 'open');
      const closed = once(client, 'close');
      for (let count = 0; count < 200; count += 1) {
        if (flood === 'ping') client.ping();
        else client.send('hello');
      }
      const [code] = await closed;
      assert.equal(code, 1008, flood);
    }
    const client = rig.listen();
    await once(client, 'open');
    client.on('error', () => {});
    client.send('x'.repeat(10_000));
    const [code] = await once(client, 'close');
    assert.equal(code, 1009);
  });

  test('bodies that are no drain are refused, each with a reason', async (t) => {
    const rig = await openRig(t);
    const bodies = [
      '[]',
      'null',
      '{"for":"1"}',
      '{"for":"0s"}',
      '{"for":"1h","until":"2999-01-01T00:00:00Z"}',
      '{"until":"yesterday"}',
      '{"until":"2001-01-01T00:00:00Z"}',
      '{"reason":"\\u001b[2J"}',
      `{"reason":"${'x'.repeat(400)}"}`,
      '{"owner":7}',
      '{"force":"yes"}',
      '{"fro":"1h"}',
      '{',
    ];
    for (const body of bodies) {
      const answer = await rig.ask('/api/v1/drain/web', { method: 'POST', body });
      assert.equal(answer.status, 400, body);
      assert.equal(errorOf(answer).code, 'bad_request');
    }
    assert.deepEqual(rig.controls, []);
  });
});

describe('the socket file', () => {
  test('of a dead process is replaced, of a living one and of no socket it is not', async (t) => {
    const first = await openRig(t);
    const second = new Rig({ admin: { socket: first.socket } });
    t.after(() => second.close());
    await until(failed(second), 30_000, 'a living one is refused');
    assert.match(second.notices[0]?.message ?? '', /another process listens on/u);
    assert.equal((await first.ask('/healthz')).status, 200);

    const third = new Rig();
    t.after(() => third.close());
    await third.ready();
    third.close(true);
    writeFileSync(third.socket, 'not a socket');
    const fourth = new Rig({ admin: { socket: third.socket } });
    t.after(() => fourth.close());
    await until(failed(fourth), 30_000, 'a file is refused');
    assert.ok(existsSync(third.socket), 'what is not ours stays');
  });

  test('that nobody listens on any more is replaced', async (t) => {
    const rig = new Rig({ admin: { socket: null } });
    t.after(() => rig.close());
    // A server that closes without removing its file is what a killed daemon leaves.
    const dead = createServer();
    dead.listen(rig.socket);
    await once(dead, 'listening');
    renameSync(rig.socket, `${rig.socket}.kept`);
    dead.close();
    await once(dead, 'close');
    renameSync(`${rig.socket}.kept`, rig.socket);
    const { value } = rig.config$;
    rig.config$.next({ ...value, admin: { ...value.admin, socket: rig.socket } });
    await rig.ready();
    assert.equal((await rig.ask('/healthz')).status, 200);
  });
});

function failed(rig: Rig): () => boolean {
  return () => rig.notices.some(({ event }) => event === 'admin_listen_failed');
}

/** Asks for the metrics; resolves once the server has the request, with the way to the text. */
async function joinMetrics(rig: Rig): Promise<() => Promise<string>> {
  const request = httpRequest({
    socketPath: rig.socket,
    host: 'localhost',
    path: '/metrics',
    agent: false,
    // The server says `100 Continue` when it hands the request over, whatever the answer waits for.
    headers: { expect: '100-continue' },
  });
  const answered = once(request, 'response');
  const continued = once(request, 'continue');
  request.end();
  await continued;
  return async () => {
    const [response] = await answered;
    return textOf(response);
  };
}

function dial(rig: Rig): Socket {
  const socket = connect(rig.socket);
  socket.on('error', () => {});
  rig.own(() => socket.destroy());
  // Without reading, the end of a connection is not seen.
  return socket.resume();
}
