import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { describe, test } from 'node:test';
import { OvsdbClient, OvsdbError, scalar, set } from '../../src/ovsdb-client/index.ts';
import { fakeSchema, fakeServer, reply, unknownMethod, type Answer } from './fake-server.ts';
import { States, watch } from './watch.ts';

const uuid = '5fe6fec9-27fe-44cb-a92d-8e8d65486263';
const spec = {
  database: 'D',
  table: 'T',
  columns: { name: scalar('string'), tags: set('string') },
} as const;

/** A client on a fake server, both closed in the end. */
async function withServer(
  answer: Answer,
  run: (client: OvsdbClient, got: readonly string[], states: States) => Promise<void>,
  probeMs = 5000,
): Promise<void> {
  const { listener, got } = fakeServer(answer);
  const states = new States();
  const remote = await listener.listen();
  const client = new OvsdbClient({ remote, probeMs, onState: states.onState });
  try {
    await run(client, got, states);
  } finally {
    client.close();
    await listener.close();
  }
}

/** A well-behaved server; `others` answers what is not asked of every server. */
function plain(others: Answer): Answer {
  return (request, socket) => {
    const own = others(request, socket);
    if (own !== undefined) return own;
    if (request.method === 'get_schema') return fakeSchema;
    return request.method === 'set_db_change_aware' ? {} : undefined;
  };
}

/** A server of the time of the RFC: it knows `monitor` and no extension. */
const onlyMonitor: Answer = ({ method }) => {
  if (method === 'get_schema') return fakeSchema;
  if (method !== 'monitor') return unknownMethod;
  return { T: { [uuid]: { new: { name: 'a', tags: ['set', []] } } } };
};

describe('older servers', () => {
  test('without the newer monitors get the older one', async () => {
    await withServer(onlyMonitor, async (client, got) => {
      const { seen } = watch(client, { ...spec, method: 'monitor_cond_since' });
      client.start();
      const { changes } = await seen.next('sync');
      assert.deepEqual(changes, [{ kind: 'insert', uuid, row: { name: 'a', tags: [] } }]);
      const monitors = got.filter((method) => method.startsWith('monitor'));
      assert.deepEqual(monitors, ['monitor_cond_since', 'monitor_cond', 'monitor']);
    });
  });

  test('are not given rows unfiltered that were asked for filtered', async () => {
    await withServer(onlyMonitor, async (client) => {
      const { seen } = watch(client, { ...spec, where: [['name', '==', 'a']] });
      client.start();
      const { reason } = await seen.next('stale');
      assert.equal(reason, 'the server cannot filter rows: it knows no monitor_cond');
    });
  });
});

describe('updates', () => {
  test('that come before the reply to the monitor wait for it', async () => {
    const answer = plain(({ id, method, params }, socket) => {
      if (method !== 'monitor_cond') return undefined;
      const update = { T: { [uuid]: { modify: { tags: ['set', ['x', 'y']] } } } };
      socket.write(JSON.stringify({ id: null, method: 'update2', params: [params[1], update] }));
      reply(socket, id, { T: { [uuid]: { initial: { name: 'a', tags: 'x' } } } });
      return undefined;
    });
    await withServer(answer, async (client) => {
      const { seen } = watch(client, spec);
      client.start();
      const first = await seen.next('sync');
      assert.deepEqual(first.changes, [{ kind: 'insert', uuid, row: { name: 'a', tags: ['x'] } }]);
      const { changes } = await seen.next('changes');
      const [change] = changes;
      assert.deepEqual(change?.kind === 'modify' && change.row, { name: 'a', tags: ['y'] });
    });
  });

  test('of a row that is not known end the connection, and everything is asked again', async () => {
    let connections = 0;
    const answer = plain(({ id, method, params }, socket) => {
      if (method !== 'monitor_cond') return undefined;
      connections += 1;
      reply(socket, id, { T: { [uuid]: { initial: { name: 'a' } } } });
      const other = { T: { [uuid.replace('5', '6')]: { modify: { name: 'b' } } } };
      const update = { id: null, method: 'update2', params: [params[1], other] };
      if (connections === 1) setImmediate(() => socket.write(JSON.stringify(update)));
      return undefined;
    });
    await withServer(answer, async (client) => {
      const { seen } = watch(client, spec);
      client.start();
      await seen.next('sync');
      const { reason } = await seen.next('stale');
      assert.equal(reason, `a change of row ${uuid.replace('5', '6')}, which is not known`);
      assert.deepEqual((await seen.next('sync')).changes, [], 'nothing really changed');
    });
  });

  for (const [what, update] of [
    ['a column that was not asked for', { [uuid]: { modify: { other: 1 } } }],
    ['a value of another type', { [uuid]: { modify: { name: 7 } } }],
    ['a row that is none', { [uuid]: { insert: [] } }],
    ['a key that is no uuid', { x: { insert: {} } }],
    ['an empty change', { [uuid]: {} }],
  ] as const) {
    test(`with ${what} end the connection, and no row is touched`, async () => {
      const answer = plain(({ id, method, params }, socket) => {
        if (method !== 'monitor_cond') return undefined;
        reply(socket, id, { T: { [uuid]: { initial: { name: 'a' } } } });
        const body = { id: null, method: 'update2', params: [params[1], { T: update }] };
        setImmediate(() => socket.write(JSON.stringify(body)));
        return undefined;
      });
      await withServer(answer, async (client) => {
        const { seen, monitor } = watch(client, spec);
        client.start();
        await seen.next('sync');
        await seen.next('stale');
        assert.deepEqual([...monitor.rows.values()], [{ name: 'a', tags: [] }]);
      });
    });
  }
});

test('a monitor that is cancelled while the connection gets ready never begins', async () => {
  const { listener, got } = fakeServer(plain(() => undefined));
  const remote = await listener.listen();
  const client = new OvsdbClient({
    remote,
    onState: ({ kind }) => {
      if (kind === 'monitoring') monitor.cancel();
    },
  });
  const { monitor, seen } = watch(client, spec);
  try {
    client.start();
    await client.connected();
    // Answered after whatever was sent before it.
    await client.getSchema('D');
    assert.deepEqual(got, ['set_db_change_aware', 'get_schema']);
    assert.deepEqual(seen.told, []);
  } finally {
    client.close();
    await listener.close();
  }
});

describe('the server may ask, too', () => {
  test('its echo is answered, anything else is refused', async () => {
    const answer = plain(({ method }, socket) => {
      if (method !== 'list_dbs') return undefined;
      socket.write('{"id":"echo","method":"echo","params":["a",1]}');
      socket.write('{"id":7,"method":"dance","params":[]}');
      return [];
    });
    await withServer(answer, async (client, got) => {
      client.start();
      await client.connected();
      await client.listDbs();
      await client.getSchema('D');
      assert.deepEqual(got.slice(2, 4), [
        '{"id":"echo","result":["a",1],"error":null}',
        '{"id":7,"result":null,"error":"unknown method"}',
      ]);
    });
  });

  test('our echoes keep an idle connection alive', async () => {
    const echoes = new EventEmitter();
    const tenth = once(echoes, '10');
    let count = 0;
    const answer = plain(({ method }) => {
      if (method !== 'echo') return undefined;
      count += 1;
      echoes.emit(`${count}`);
      return [];
    });
    const run = async (client: OvsdbClient, _: unknown, states: States): Promise<void> => {
      client.start();
      await tenth;
      assert.equal(client.state.kind, 'synced');
      assert.equal(states.all.filter(({ kind }) => kind === 'connecting').length, 1);
    };
    await withServer(answer, run, 200);
  });
});

describe('requests', () => {
  test('are rejected when the connection goes, when none is there, and at close', async () => {
    const answer = plain(({ method }, socket) => {
      if (method === 'list_dbs') socket.destroy();
      return undefined;
    });
    await withServer(answer, async (client) => {
      await assert.rejects(
        client.listDbs(),
        new OvsdbError('failed', 'list_dbs: not connected: idle'),
      );
      client.start();
      await client.connected();
      await assert.rejects(client.listDbs(), { code: 'failed', message: /^list_dbs: c/u });
      await assert.rejects(client.listDbs(), { message: /^list_dbs: not connected: c/u });
      await client.connected();
      const waiting = client.request('never', []);
      client.close();
      await assert.rejects(waiting, { message: 'never: closed' });
      await assert.rejects(client.connected(), { message: 'the client was closed' });
    });
  });

  test('over the limit are refused, not queued', async () => {
    await withServer(
      plain(() => undefined),
      async (client) => {
        client.start();
        await client.connected();
        const waiting = Array.from({ length: 1000 }, async () => client.request('never', []));
        await assert.rejects(client.request('never', []), {
          message: 'never: 1000 requests wait for a reply already',
        });
        client.close();
        const settled = await Promise.allSettled(waiting);
        assert.ok(settled.every(({ status }) => status === 'rejected'));
      },
    );
  });
});
