import assert from 'node:assert/strict';
import { test } from 'node:test';
import { viewOf } from '../../../src/core/view/view.ts';
import { Drive, withIpvs } from '../drive.ts';
import { server, service, signal, up } from '../fixtures.ts';

test('explain says what a first verdict may take: until there is one, and where it takes long', () => {
  const check = { ...server('web/a').check, intervalMs: 20_000, timeoutMs: 5000 } as const;
  const virtual = { kind: 'fwmark', mark: 7 } as const;
  const drive = new Drive(
    withIpvs({
      signals: [signal('x')],
      services: [service('web', [{ ...server('web/a'), check }], { virtual })],
    }),
  );
  const said = (name: string, atMs: number): unknown =>
    viewOf(drive.core, atMs)
      .explain(name)
      ?.counters.find(({ label }) => label === 'first verdict')?.value;
  assert.equal(said('x', 1000), 'is due within startup_timeout 10 s, 9 s left');
  assert.equal(said('web/a', 1000), 'needs up to 25 s (startup_timeout 10 s), 9 s left');
  const served = { weight: 100, isDrained: false, isServing: true };
  drive.at(2000, { kind: 'table', bases: new Map([['web/a', served]]), missing: new Set() });
  assert.equal(said('web/a', 2000), 'needs up to 25 s (startup_timeout 10 s), 23 s left');
  drive.at(3000, up('x', 3000));
  assert.equal(said('x', 3000), undefined);
  drive.at(25_001);
  const overdue = 'needs up to 25 s (startup_timeout 10 s), and is overdue';
  assert.equal(said('web/a', 25_001), overdue);
  drive.at(26_000, up('web/a', 26_000));
  assert.equal(said('web/a', 26_000), 'needs up to 25 s (startup_timeout 10 s)');
});
