import assert from 'node:assert/strict';
import { test } from 'node:test';
import { config, down, named, route, server, service, signal, up } from '../../core/fixtures.ts';
import { record, replayLines } from '../../sinks/journal/harness.ts';

test('results that are not believed are not recorded, however many there are', () => {
  const rules = config({
    signals: [signal('uplink')],
    services: [service('web', [server('web/a')], { validWhen: named('uplink') })],
    routes: [route('192.0.2.10/32', 'web')],
  });
  const disbelieved = Array.from({ length: 1000 }, (_, n) => down('web/a', 200 + n));
  const observations = [
    up('uplink', 0),
    up('web/a', 1),
    down('uplink', 100),
    ...disbelieved,
    // In the same instant, and before the uplink: believed all the same.
    down('web/a', 2000, 'first believed'),
    up('uplink', 2000),
  ];
  const records = record(rules, observations, [], () => 0);
  assert.ok(records.length < 30, `${records.length} records`);
  const { recorded, replayed } = replayLines(
    records.map((one) => JSON.stringify(one)),
    rules,
  );
  assert.equal(recorded.at(-1)?.to, 'withdrawn');
  assert.deepEqual(replayed, recorded);
});
