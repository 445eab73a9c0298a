import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { setTimeout as passed } from 'node:timers/promises';
import { metrics, type Metrics } from '../../src/admin/metrics.ts';
import { createCore } from '../../src/core/create.ts';
import { observe } from '../../src/core/observe.ts';
import { takeTurn } from '../../src/core/turn.ts';
import { viewOf as coreViewOf } from '../../src/core/view/view.ts';
import type { ActionReport } from '../../src/model/report.ts';
import type { View } from '../../src/model/view.ts';
import { config, down, route, server, service, up } from '../core/fixtures.ts';
import { rules, viewOf } from './metrics-fixtures.ts';

const action: ActionReport = {
  kind: 'action',
  sink: 'exabgp',
  action: 'withdraw',
  keys: ['192.0.2.1/32'],
  result: 'sent',
  command: 'withdraw route 192.0.2.1/32 next-hop self',
  cause: { kind: 'observation', observation: down('web/a', 100) },
  atMs: 101.5,
};

/** A core without a configuration worth the name. */
const nothing: View = {
  ...viewOf(),
  signals: () => [],
  services: () => [],
  routes: () => [],
};

function busy(): Metrics {
  const meter = metrics('1.2.3');
  meter.configured(rules);
  meter.observed({ ...up('web/a', 1), latencyMs: 0.4 });
  meter.observed({ ...up('web/b', 1), latencyMs: 30 });
  meter.observed(up('web/b', 2));
  meter.observed({ ...up('somebody else', 1), latencyMs: 30 });
  meter.reported(action);
  meter.reported({ ...action, result: 'confirmed', atMs: 300 });
  meter.reported({ ...action, sink: 'ipvs', action: 'weight', isRepeat: true, atMs: 48_000 });
  meter.reported({
    kind: 'state',
    sink: 'journal',
    state: 'lost',
    peerVersion: null,
    reason: 'ENOSPC',
  });
  meter.reported({
    kind: 'notice',
    sink: 'journal',
    level: 'warn',
    event: 'journal_dropped',
    message: '',
  });
  meter.noticed({ level: 'warn', event: 'plugin_failed', message: '' });
  return meter;
}

async function linesOf(meter: Metrics): Promise<readonly string[]> {
  return (await meter.scrape(viewOf())).split('\n');
}

function starting(lines: readonly string[], name: string): readonly string[] {
  return lines.filter((line) => line.startsWith(`routevane_${name}`));
}

describe('/metrics', () => {
  test('shows the state of the core under the names that are promised', async () => {
    const lines = await linesOf(busy());
    assert.deepEqual(starting(lines, 'signal_up'), [
      'routevane_signal_up{signal="tor-a"} 1',
      String.raw`routevane_signal_up{signal="odd\"name\\"} 0`,
      'routevane_signal_up{signal="never"} 0',
    ]);
    assert.deepEqual(starting(lines, 'observer_lost'), [
      'routevane_observer_lost{signal="tor-a"} 0',
      String.raw`routevane_observer_lost{signal="odd\"name\\"} 0`,
      'routevane_observer_lost{signal="never"} 1',
      ...['a', 'b', 'c', 'd'].map((one) => `routevane_observer_lost{signal="web/${one}"} 0`),
    ]);
    assert.deepEqual(starting(lines, 'real_server_weight'), [
      'routevane_real_server_weight{service="web",address="a"} 100',
      'routevane_real_server_weight{service="web",address="b"} 0',
      'routevane_real_server_weight{service="web",address="c"} 0',
      'routevane_real_server_weight{service="web",address="d"} 100',
    ]);
    assert.deepEqual(starting(lines, 'route_announced'), [
      'routevane_route_announced{prefix="192.0.2.1/32"} 1',
      'routevane_route_announced{prefix="192.0.2.2/32"} 1',
      'routevane_route_announced{prefix="192.0.2.3/32"} 0',
    ]);
    assert.deepEqual(starting(lines, 'drain_active'), ['routevane_drain_active{name="web/b"} 1']);
  });

  test('counts probes, actions, reactions and what the operator was shown', async () => {
    const lines = await linesOf(busy());
    for (const line of [
      'routevane_probe_duration_seconds_bucket{le="0.0005",type="tcp"} 1',
      'routevane_probe_duration_seconds_count{type="tcp"} 2',
      'routevane_actions_total{sink="exabgp",kind="withdraw",result="sent"} 1',
      'routevane_actions_total{sink="exabgp",kind="withdraw",result="confirmed"} 1',
      'routevane_reaction_seconds_sum 0.0015',
      'routevane_reaction_seconds_count 1',
      'routevane_sink_connected{sink="journal"} 0',
      'routevane_notices_total{event="journal_dropped"} 1',
      'routevane_notices_total{event="plugin_failed"} 1',
      'routevane_build_info{version="1.2.3"} 1',
    ]) {
      assert.ok(lines.includes(line), line);
    }
    assert.ok(lines.some((line) => line.startsWith('process_cpu_seconds_total ')));
  });

  test('reads the lag of an idle loop below the interval at which it is sampled', async () => {
    const meter = metrics('1.2.3');
    // Time is what is measured here: a few samples of the idle loop.
    await passed(400);
    const lines = await linesOf(meter);
    const p50 = lines.find((line) => line.startsWith('nodejs_eventloop_lag_p50_seconds '));
    assert.ok(Number(p50?.split(' ')[1]) < 0.05, p50);
    assert.equal(lines.filter((line) => line.startsWith('nodejs_eventloop_lag_seconds')).length, 0);
  });

  test('names what is promised before there is any of it', async () => {
    const text = await metrics('1.2.3').scrape(nothing);
    for (const name of [
      'signal_up gauge',
      'real_server_weight gauge',
      'route_announced gauge',
      'probe_duration_seconds histogram',
      'actions_total counter',
      'reaction_seconds histogram',
    ]) {
      assert.ok(text.includes(`\n# TYPE routevane_${name}\n`), name);
    }
  });

  test('is what promtool takes without a complaint', async () => {
    for (const input of [await busy().scrape(viewOf()), await metrics('1').scrape(nothing)]) {
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input,
        encoding: 'utf8',
      });
      assert.equal(`${stdout}${stderr}`, '');
      assert.equal(status, 0);
    }
  });

  test('is of one instant, though the core goes on while it is written', async () => {
    const keys = Array.from({ length: 2000 }, (_, n) => `web/10.0.${n >> 8}.${n & 255}:80`);
    const servers = keys.map((key) => server(key, null, { rise: 1, fall: 1 }));
    const large = config({
      services: [service('web', servers)],
      routes: [route('192.0.2.10/32', 'web')],
    });
    const core = createCore(large, 0);
    for (const key of keys) observe(core, up(key, 1));
    takeTurn(core, 1);
    const scraping = busy().scrape(coreViewOf(core, 2));
    for (const key of keys) observe(core, down(key, 3));
    takeTurn(core, 3);
    const lines = (await scraping).split('\n');
    const ups = starting(lines, 'real_server_up{').map((line) => line.slice(-1));
    assert.deepEqual([ups.length, ups.every((value) => value === '1')], [2000, true]);
    assert.ok(lines.includes('routevane_service_up{service="web"} 1'));
    assert.ok(lines.includes('routevane_route_announced{prefix="192.0.2.10/32"} 1'));
    const later = (await busy().scrape(coreViewOf(core, 4))).split('\n');
    assert.ok(later.includes('routevane_route_announced{prefix="192.0.2.10/32"} 0'));
  });

  test('lets others work while thousands of real servers are written', async () => {
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const text = await busy().scrape(viewOf(5000));
    isOver = true;
    assert.equal(starting(text.split('\n'), 'real_server_weight').length, 5000);
    assert.ok(turns >= 20, `${turns} turns of the loop`);
  });
});
