import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drain } from '../../../src/model/drain.ts';
import { Drive, inKernel, table, withIpvs } from '../drive.ts';
import { config, down, route, server, service, signal, up } from '../fixtures.ts';

const drain: Drain = { name: 'web/a', reason: '', owner: 'me', untilMs: null, sinceMs: 0 };

test('what is left of a service: without what is down, drained, or can take less', () => {
  const web = service('web', [server('web/a', 3), server('web/b', 1)]);
  const drive = new Drive(config({ services: [web], signals: [signal('s')] }));
  const left = (name: string): number | null | undefined =>
    drive.last?.intents.shares.percentOf(name);
  drive.at(1, up('web/a', 1), up('web/b', 1));
  assert.deepEqual([left('web'), left('web/a'), left('web/b')], [100, 100, 100]);
  drive.at(2, down('web/b', 2));
  assert.equal(left('web'), 75);
  drive.at(3, up('web/b', 3), { kind: 'drain', drain });
  assert.deepEqual([left('web'), left('web/a')], [25, 0]);
  drive.at(
    4,
    { kind: 'undrain', name: 'web/a', owner: 'me' },
    { ...up('web/a', 4), weightPercent: 40 },
  );
  assert.deepEqual([left('web'), left('web/a')], [50, 33]);
  assert.deepEqual([left('s'), left('nobody')], [null, null]);
});

test('what is left of a service in the kernel counts by its base weights', () => {
  const drive = new Drive(withIpvs({ services: [inKernel([null, null])], routes: [] }));
  drive.at(1, table({ 'web/a': 900, 'web/b': 100 }), up('web/a', 1), up('web/b', 1));
  drive.at(2, down('web/a', 2));
  assert.equal(drive.last?.intents.shares.percentOf('web'), 10);
  drive.at(3, { kind: 'drain', drain: { ...drain, name: 'web' } });
  assert.equal(drive.last?.intents.shares.percentOf('web'), 0);
});

test('a service that is down because it was drained has the drain as its cause', () => {
  const web = service('web', [server('web/a')]);
  const drive = new Drive(config({ services: [web], routes: [route('r', 'web')] }));
  drive.at(1, up('web/a', 1));
  drive.at(2, { kind: 'drain', drain: { ...drain, name: 'web' } });
  drive.at(60_000, up('web/a', 60_000));
  const changes = drive.turns.flatMap((turn) => turn.changes);
  const fall = changes.find(({ name, to }) => name === 'web' && to === 'down');
  assert.equal(fall?.cause.kind, 'drain');
});
