import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeBatch } from '../../../src/sinks/ipvs/batch.ts';
import { realServer } from './fake-table.ts';
import { webVirtual } from './rig.ts';

test('a batch has no more changes than it may, and the rest waits', () => {
  const pending = new Set(['a', 'b', 'in-sync', 'c', 'd']);
  const cause = { kind: 'table', atMs: 0 } as const;
  const take = (): readonly string[] =>
    takeBatch(pending, 2, (server) => {
      const want = { server, service: 'web', weight: 0, cause };
      const destination = realServer('10.0.0.1', 80, 0);
      const change = { kind: 'set', service: webVirtual, destination } as const;
      const changes = [{ entryName: server, change }];
      return {
        want,
        plan: server === 'in-sync' ? { kind: 'in-sync' } : { kind: 'changes', changes },
      };
    }).toWrite.map(({ key }) => key);
  assert.deepEqual(take(), ['a', 'b']);
  assert.deepEqual([...pending], ['in-sync', 'c', 'd']);
  assert.deepEqual(take(), ['c', 'd']);
  assert.equal(pending.size, 0);
});
