import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configOf } from './read.ts';

const file = `signals:
  disk: { type: plugin, module: ./plugins/disk-free.ts, options: { path: / }, stale_after: 15s }
  beside: { type: plugin, module: ../shared/./a/../b.js, isolate: none }
  named: { type: plugin, module: '@site/health' }
  fixed: { type: plugin, module: /opt/p.ts }
services:
  web:
    check: { type: plugin, module: ./web.ts, options: { a: 1 }, port: 8080 }
    real_servers: [10.0.0.1:443, { address: 10.0.0.2:443, check: { options: { a: 2 } } }]
`;

test('a path of a plugin is relative to the file, anything else is left as it is', () => {
  const { signals } = configOf(file);
  const runs = signals.map((signal) => (signal.type === 'plugin' ? signal.plugin : null));
  assert.deepEqual(
    runs.map((run) => run?.module),
    ['/etc/routevane/plugins/disk-free.ts', '/etc/shared/b.js', '@site/health', '/opt/p.ts'],
  );
  assert.ok(runs.every((run) => run?.folder === '/etc/routevane'));
  assert.deepEqual([runs[0]?.isolate, runs[0]?.staleAfterMs], ['worker', 15_000]);
  assert.deepEqual([runs[1]?.isolate, runs[1]?.staleAfterMs], ['none', null]);
});

test('a check of type plugin speaks for itself: one result is enough', () => {
  const [first, second] = configOf(file).services[0]?.realServers ?? [];
  assert.ok(first?.check.type === 'plugin' && second?.check.type === 'plugin');
  assert.equal(first.check.plugin.module, '/etc/routevane/web.ts');
  assert.deepEqual([first.check.settle.rise, first.check.settle.fall], [1, 1]);
  assert.equal(first.check.port, 8080);
  assert.deepEqual({ ...Object(first.check.plugin.options) }, { a: 1 });
  assert.deepEqual({ ...Object(second.check.plugin.options) }, { a: 2 });
});
