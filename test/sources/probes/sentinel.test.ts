import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import type { TcpCheck } from '../../../src/model/check.ts';
import type { Notice } from '../../../src/model/notice.ts';
import { SentinelSlots } from '../../../src/sources/probes/sentinel-slots.ts';
import {
  CLOSED_AT_ONCE_MS,
  CLOSURES_MAX,
  KEPT_LONG_MS,
  HOLD_PAUSE_MS,
  Sentinel,
} from '../../../src/sources/probes/sentinel.ts';
import { until } from '../../e2e/until.ts';
import { probeTarget, tcpCheck, tcpServer } from './fixtures.ts';

/** A sentinel to a real server, on a clock of its own. */
async function held(
  t: TestContext,
  onConnection?: (socket: Socket) => void,
  check: Partial<TcpCheck> = {},
) {
  const world = {
    nowMs: 0,
    accepted: 0,
    hints: 0,
    notices: [] as Notice[],
    hint: new EventEmitter(),
    slots: new SentinelSlots(),
  };
  const { server, sockets, port } = await tcpServer(t, (socket) => {
    world.accepted += 1;
    socket.resume();
    onConnection?.(socket);
  });
  const sentinel = new Sentinel(
    probeTarget({ port, check: tcpCheck({ mode: 'hold', ...check }) }),
    {
      nowMs: () => world.nowMs,
      notify: (notice) => world.notices.push(notice),
      hint: () => {
        world.hints += 1;
        world.hint.emit('hint');
      },
      slots: world.slots,
    },
  );
  t.after(() => sentinel.close());
  const open = async (): Promise<Socket> => {
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    sentinel.keep();
    return accepted;
  };
  /** Opens, lets the server close after `keptMs`, and confirms the hint. */
  const closedAfter = async (keptMs: number, confirmed: 'up' | 'down' = 'up'): Promise<void> => {
    const socket = await open();
    world.nowMs += keptMs;
    const hinted = once(world.hint, 'hint');
    socket.end();
    await hinted;
    sentinel.confirmed(confirmed);
  };
  return { world, sentinel, sockets, open, closedAfter };
}

describe('sentinel', () => {
  for (const [how, close] of [
    ['end', (socket: Socket): unknown => socket.end()],
    ['reset', (socket: Socket): unknown => socket.resetAndDestroy()],
  ] as const) {
    test(`hints once when the server closes (${how})`, async (t) => {
      const { world, open } = await held(t);
      const socket = await open();
      const hinted = once(world.hint, 'hint');
      close(socket);
      await hinted;
      for (let turn = 0; turn < 5; turn += 1) await new Promise((done) => setImmediate(done));
      assert.equal(world.hints, 1);
    });
  }

  test('keeps one connection, and closes it without a hint', async (t) => {
    const { world, sentinel, sockets, open } = await held(t);
    const socket = await open();
    sentinel.keep();
    sentinel.keep();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    sentinel.close();
    await closed;
    assert.equal(world.hints, 0);
    assert.equal(sockets.size, 0);
  });

  test('a server that closes idle connections by itself is left alone, with one notice', async (t) => {
    const { world, sentinel, open, closedAfter } = await held(t);
    for (let time = 0; time < CLOSURES_MAX; time += 1) {
      assert.equal(world.notices.length, 0);
      await closedAfter(CLOSED_AT_ONCE_MS + 1);
    }
    assert.equal(world.notices.length, 1);
    const [notice] = world.notices;
    assert.equal(notice?.event, 'sentinel_closed_by_server');
    assert.match(notice?.message ?? '', /web\/127\.0\.0\.1:\d+ closes idle connections/);
    sentinel.keep();
    world.nowMs += HOLD_PAUSE_MS - 1;
    sentinel.keep();
    world.nowMs += 1;
    assert.ok(await open(), 'tried again after a long while');
    assert.equal(world.accepted, CLOSURES_MAX + 1);
  });

  test('one that closes at once needs no second try', async (t) => {
    const { world, closedAfter } = await held(t);
    await closedAfter(CLOSED_AT_ONCE_MS - 1);
    assert.equal(world.notices.length, 1);
  });

  test('a true alarm, or a connection that was kept long, forgives the closures before', async (t) => {
    const { world, closedAfter } = await held(t);
    for (let time = 0; time < 2 * CLOSURES_MAX; time += 1) {
      await closedAfter(5000, time % 2 === 0 ? 'up' : 'down');
      await closedAfter(KEPT_LONG_MS);
    }
    assert.equal(world.notices.length, 0);
  });

  test('a server that turned out to be down is forgiven the closure that came first', async (t) => {
    const { world, sentinel, closedAfter } = await held(t);
    for (let time = 0; time < 2 * CLOSURES_MAX; time += 1) {
      await closedAfter(5000);
      sentinel.down();
    }
    assert.equal(world.notices.length, 0);
  });

  test('a server that sends without end is left alone', async (t) => {
    const { world, sockets, open } = await held(t, (socket) => {
      socket.write(Buffer.alloc(1 << 20, 'x'));
    });
    const socket = await open();
    await new Promise((resolve) => socket.once('close', resolve));
    assert.match(world.notices[0]?.message ?? '', /sends without being asked/);
    assert.equal(sockets.size, 0);
    assert.equal(world.hints, 0);
  });

  test('connects only where there is a descriptor for it, and gives it back', async (t) => {
    const { world, sentinel, sockets, open } = await held(t);
    world.slots.limit(1);
    assert.ok(world.slots.take());
    sentinel.keep();
    world.slots.free();
    const socket = await open();
    assert.equal(world.accepted, 1, 'the first call opened none');
    assert.equal(sockets.size, 1);
    assert.ok(!world.slots.take());
    const gone = once(socket, 'close');
    sentinel.close();
    sentinel.close();
    await gone;
    assert.ok(world.slots.take());
    assert.ok(!world.slots.take(), 'it was given back once');
  });

  test('a banner is no reason to leave', async (t) => {
    const { world, open, closedAfter } = await held(t, (socket) => socket.write('220 hello\r\n'));
    await closedAfter(5000);
    await open();
    assert.equal(world.notices.length, 0);
  });

  test('what this node lacks is no hint, and gives the descriptor back', async (t) => {
    const { world, sentinel } = await held(t, undefined, { source: '192.0.2.1' });
    world.slots.limit(1);
    sentinel.keep();
    assert.ok(!world.slots.take(), 'it tries');
    // It gives its place back when it learns of the error, and would hint in the same moment.
    await until(() => world.slots.take(), 30_000, 'the attempt has failed');
    assert.equal(world.hints, 0);
    assert.equal(world.accepted, 0);
    assert.deepEqual(world.notices, []);
  });
});
