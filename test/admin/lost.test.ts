import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { metrics, METRICS_CONTENT_TYPE } from '../../src/admin/metrics.ts';
import { statusLines } from '../../src/cli/status-table.ts';
import { viewOf } from '../../src/core/view/view.ts';
import { nowMs } from '../../src/platform/clock.ts';
import { Drive } from '../core/drive.ts';
import { config, lost, server, service, signal, up } from '../core/fixtures.ts';
import { until } from '../e2e/until.ts';
import { openRig } from './rig.ts';

function words(reason: string): string {
  return `up (observer lost for 3 s: ${reason}, held for 7 s more)`;
}

function isNamed(message: string): boolean {
  return message.includes('"event":"observer_lost"');
}

const plain = (text: string): string => text;

describe('an observer that is lost shows while its last health is held', () => {
  test('in the status, for machines and for people, in the metrics and on the stream', async (t) => {
    const rules = config({
      signals: [signal('tor-a')],
      services: [service('web', [server('web/10.0.1.11:443')])],
    });
    const drive = new Drive(rules);
    const meter = metrics('1.2.3');
    const rig = await openRig(t, {
      view: () => viewOf(drive.core, nowMs()),
      parts: {
        metrics: async (view) => ({ type: METRICS_CONTENT_TYPE, body: await meter.scrape(view) }),
      },
    });
    const messages: string[] = [];
    rig.listen().on('message', (data: Buffer) => messages.push(data.toString()));
    await until(() => messages.length === 1, 30_000, 'the snapshot');

    const atMs = nowMs();
    drive.at(atMs, up('tor-a', atMs), up('web/10.0.1.11:443', atMs));
    drive.at(atMs + 1, lost('tor-a', 0, 'no database'), lost('web/10.0.1.11:443', 0, 'no files'));
    if (drive.last !== undefined) rig.admin.turn(drive.last);

    const status = JSON.parse((await rig.ask('/api/v1/status')).text);
    const [tor] = status.signals;
    assert.deepEqual([tor.state, tor.flaps, tor.lost.reason], ['up', 0, 'no database']);
    assert.equal(Date.parse(tor.lost.until) - Date.parse(tor.lost.since), 10_000);
    const [web] = status.services[0].real_servers;
    assert.deepEqual([web.state, web.lost], ['up', { ...tor.lost, reason: 'no files' }]);

    const lines = statusLines(status, plain, Date.parse(tor.lost.since) + 3000);
    assert.ok(lines.includes(`  tor-a  ${words('no database')}`), lines.join('\n'));
    assert.ok(lines.includes(`      10.0.1.11:443  ${words('no files')}`), lines.join('\n'));

    const { text } = await rig.ask('/metrics');
    assert.match(text, /^routevane_observer_lost\{signal="tor-a"\} 1$/mu);
    assert.match(text, /^routevane_observer_lost\{signal="web\/10\.0\.1\.11:443"\} 1$/mu);
    await until(() => messages.filter(isNamed).length === 2, 30_000, 'both notices');
  });
});
