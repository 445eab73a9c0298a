import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { metrics } from '../../src/admin/metrics.ts';
import type { LastReload } from '../../src/model/last-reload.ts';
import { viewOf } from './metrics-fixtures.ts';
import { openRig } from './rig.ts';

const refused: LastReload = {
  isAccepted: false,
  reason: 'routevane.yaml:1:1 (file): cannot be read: no such file',
  atMs: Date.parse('2026-11-22T02:57:00Z'),
  acceptedAtMs: Date.parse('2026-11-22T01:00:00Z'),
};

describe('a refused reload', () => {
  test('is in the status', async (t) => {
    const rig = await openRig(t, { parts: { lastReload: () => refused } });
    const { last_reload: shown } = JSON.parse((await rig.ask('/api/v1/status')).text);
    assert.deepEqual(shown, { ok: false, reason: refused.reason, at: '2026-11-22T02:57:00.000Z' });
  });

  test('is in the metrics, with the time of the last accepted one', async () => {
    let last: LastReload | null = null;
    const meter = metrics('1', () => last);
    const values = async (): Promise<readonly (string | undefined)[]> => {
      const text = await meter.scrape(viewOf());
      return ['successful', 'success_timestamp_seconds'].map(
        (name) => new RegExp(`^routevane_config_last_reload_${name} (\\S+)$`, 'mu').exec(text)?.[1],
      );
    };
    assert.equal((await values())[0], '1');
    last = refused;
    assert.deepEqual(await values(), ['0', String(Date.parse('2026-11-22T01:00:00Z') / 1000)]);
  });
});
