import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstValueFrom, of, take, toArray } from 'rxjs';
import type { PluginCheck } from '../../../src/model/check.ts';
import { probes } from '../../../src/sources/probes/probes.ts';
import { configOf, realServer, tcpCheck, tcpServer } from './fixtures.ts';

test('a server that a plugin watches is not probed, and its neighbours are', async (t) => {
  const watched = await tcpServer(t);
  const probed = await tcpServer(t);
  let connections = 0;
  watched.server.on('connection', () => (connections += 1));
  const { settle, port, source, sweep } = tcpCheck();
  const pace = { intervalMs: 20, timeoutMs: 10, fastIntervalMs: 20 };
  const plugin: PluginCheck = {
    ...pace,
    settle,
    port,
    source,
    sweep,
    type: 'plugin',
    plugin: {
      module: '/p.ts',
      folder: '/',
      options: undefined,
      isolate: 'worker',
      staleAfterMs: null,
    },
  };
  const web = [
    realServer('web', { port: watched.port, check: plugin }),
    realServer('web', { port: probed.port, check: tcpCheck(pace) }),
  ];
  const seen$ = probes(of(configOf({ web })), { notify: () => {} }).pipe(take(10), toArray());
  const names = new Set((await firstValueFrom(seen$)).map(({ signal }) => signal));
  assert.deepEqual([...names], [`web/127.0.0.1:${probed.port}`]);
  assert.equal(connections, 0);
});
