import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OvsdbClient, scalar, type ClientState } from '../../src/ovsdb-client/index.ts';
import { fakeSchema, fakeServer, Listener, type Answer } from './fake-server.ts';
import { ManualClock } from './manual-clock.ts';

const spec = { database: 'D', table: 'T', columns: { name: scalar('string') } } as const;

const good: Answer = ({ method }) => {
  if (method === 'get_schema') return fakeSchema;
  if (method === 'never') return undefined;
  return {};
};

/** Sockets and timers that keep this process alive. */
function resources(): string {
  return process
    .getActiveResourcesInfo()
    .filter((name) => name !== 'Immediate' && name !== 'TCPServerWrap')
    .toSorted()
    .join();
}

/** Closes a client when it reaches a state and checks that nothing of it is left. */
async function closeAt(
  kind: ClientState['kind'],
  remote: string,
  before: string,
  prepare: (client: OvsdbClient) => void = () => {},
): Promise<void> {
  const clock = new ManualClock();
  let closed = false;
  await new Promise<void>((resolve) => {
    const client = new OvsdbClient({
      remote,
      clock,
      onState: (state) => {
        assert.ok(!closed || state.kind === 'closed');
        if (state.kind !== kind) return;
        prepare(client);
        closed = true;
        client.close();
        assert.deepEqual(client.state, { kind: 'closed' });
        resolve();
      },
    });
    client.monitor(spec, {
      sync: () => assert.ok(!closed),
      changes: () => assert.ok(!closed),
      stale: () => assert.ok(!closed),
    });
    client.start();
  });
  assert.equal(clock.waiting, 0, 'timers are left');
  // The handle of a destroyed socket goes in the next turns of the loop.
  for (let turn = 0; turn < 10_000 && resources() !== before; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  assert.equal(resources(), before, 'sockets are left');
}

/** An assertion that fails inside a socket's event leaves its test waiting. */
const timeout = 60_000;

describe('close() leaves nothing, from inside a listener too, while', { timeout }, () => {
  for (const kind of ['connecting', 'negotiating', 'monitoring', 'synced'] as const) {
    test(kind, async (t) => {
      const { listener } = fakeServer(good);
      const remote = await listener.listen();
      t.after(async () => listener.close());
      await closeAt(kind, remote, resources());
    });
  }

  test('waiting for the next try', async () => {
    await closeAt('waiting', 'unix:/nowhere/db.sock', resources());
  });

  test('a request waits', async (t) => {
    const { listener } = fakeServer(good);
    const remote = await listener.listen();
    t.after(async () => listener.close());
    await closeAt('synced', remote, resources(), (client) => {
      void assert.rejects(client.request('never', []), { code: 'failed' });
    });
  });

  test('a monitor waits for its retry', async (t) => {
    const { listener } = fakeServer(({ method }) =>
      method === 'get_schema' ? { ...fakeSchema, tables: {} } : {},
    );
    const remote = await listener.listen();
    t.after(async () => listener.close());
    const clock = new ManualClock();
    await new Promise<void>((resolve) => {
      const client = new OvsdbClient({ remote, clock });
      client.monitor(spec, {
        sync: () => assert.fail(),
        changes: () => assert.fail(),
        stale: (reason) => {
          assert.equal(reason, 'no table T in D');
          client.close();
          resolve();
        },
      });
      client.start();
    });
    assert.equal(clock.waiting, 0);
  });

  test('nothing was started, or all is closed', () => {
    const client = new OvsdbClient({ remote: 'unix:/nowhere' });
    client.close();
    client.close();
    client.start();
    assert.equal(client.state.kind, 'closed');
    assert.throws(() => client.monitor(spec, { sync() {}, changes() {}, stale() {} }), TypeError);
  });
});

test(
  'a connection that was lost leaves no timer but the one of the next try',
  { timeout },
  async (t) => {
    const listener = new Listener((socket) => socket.destroy());
    const remote = await listener.listen();
    t.after(async () => listener.close());
    const clock = new ManualClock();
    const reason = await new Promise<string>((resolve) => {
      const client = new OvsdbClient({
        remote,
        clock,
        onState: (state) => {
          if (state.kind !== 'waiting') return;
          assert.equal(clock.waiting, 1);
          client.close();
          resolve(state.reason);
        },
      });
      client.start();
    });
    assert.match(reason, /^(closed|connection reset) by the server/u);
  },
);
