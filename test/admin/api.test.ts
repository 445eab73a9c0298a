import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Content } from '../../src/admin/context.ts';
import { errorOf, openRig } from './rig.ts';

describe('the API over the unix socket', () => {
  test('status is as the contract says', async (t) => {
    const rig = await openRig(t);
    rig.admin.observe({
      signal: 'web/10.0.1.11:443',
      state: 'up',
      reason: '',
      atMs: 1,
      latencyMs: 0.4,
    });
    rig.admin.report({
      kind: 'state',
      sink: 'exabgp',
      state: 'connected',
      peerVersion: '4.2.21',
      reason: '',
    });
    const answer = await rig.ask('/api/v1/status');
    assert.equal(answer.status, 200);
    const status = JSON.parse(answer.text);
    assert.match(status.config_hash, /^[0-9a-f]{16}$/u);
    assert.match(status.routes[0].since, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/u);
    assert.deepEqual(withoutTimes(status), {
      node: 'lb-a',
      version: '1.2.3',
      uptime_s: 10,
      config_hash: '',
      last_reload: null,
      drain: null,
      signals: [
        {
          name: 'tor-a',
          type: 'bfd',
          state: 'up',
          reason: '',
          since: '',
          flaps: 2,
          lost: { since: '', reason: 'no database', until: '' },
          flapping: false,
          suppressed_until: null,
          drain: null,
        },
      ],
      services: [
        {
          name: 'web',
          state: 'up',
          reason: '',
          since: '',
          virtual: '192.0.2.10:443/tcp',
          capacity_pct: 100,
          quorum: 2,
          drain: null,
          real_servers: [server('10.0.1.11:443', 0.4), server('10.0.1.12:443', null)],
        },
      ],
      routes: [
        {
          prefix: '192.0.2.10/32',
          key: '192.0.2.10/32',
          state: 'announced',
          med: 100,
          because: 'web is up; tor-a is up',
          since: '',
          confirmed: false,
          drain: null,
        },
      ],
      sinks: [
        {
          name: 'exabgp',
          state: 'connected',
          reason: '',
          pending: 0,
          rejected: 0,
          peer_version: '4.2.21',
        },
      ],
    });
  });

  test('explain takes names with slashes, encoded or not, and short ones', async (t) => {
    const rig = await openRig(t);
    for (const path of ['192.0.2.10/32', '192.0.2.10%2F32', '192.0.2.10']) {
      const { status, text } = await rig.ask(`/api/v1/explain/${path}`);
      assert.equal(status, 200, text);
      const { name, chain } = JSON.parse(text);
      assert.equal(name, '192.0.2.10/32');
      assert.deepEqual(chain.parts[0].counters, [{ label: 'rise', value: '2 of 2' }]);
      assert.equal(chain.parts[0].cause.latency_ms, 0.4);
    }
    const server_ = JSON.parse((await rig.ask('/api/v1/explain/10.0.1.11:443')).text);
    assert.equal(server_.name, 'web/10.0.1.11:443');
  });

  const refusals: readonly (readonly [string, string, number, string])[] = [
    ['GET', '/api/v1/explain/wbe', 404, 'unknown_name'],
    ['GET', '/api/v1/explain/%', 400, 'bad_request'],
    ['GET', '/api/v1/nothing', 404, 'not_found'],
    ['GET', '/api/v1/drain/', 404, 'not_found'],
    ['GET', '/', 404, 'not_found'],
    ['GET', '/metrics', 404, 'not_found'],
    ['PUT', '/api/v1/status', 405, 'bad_method'],
    ['POST', '/api/v1/explain/web', 405, 'bad_method'],
    ['GET', '/api/v1/stream', 426, 'upgrade_required'],
    ['GET', `/api/v1/explain/${'x'.repeat(3000)}`, 400, 'bad_request'],
    ['GET', `/api/v1/explain/${'x'.repeat(9000)}`, 431, 'too_large'],
  ];
  for (const [method, path, status, code] of refusals) {
    test(`${method} ${path.slice(0, 40)} answers ${status} ${code}`, async (t) => {
      const rig = await openRig(t);
      const answer = await rig.ask(path, { method });
      assert.equal(answer.status, status);
      assert.equal(errorOf(answer).code, code);
    });
  }

  test('an unknown name is answered with the nearest', async (t) => {
    const rig = await openRig(t);
    assert.equal(errorOf(await rig.ask('/api/v1/explain/wbe')).nearest, 'web');
    assert.equal(
      errorOf(await rig.ask('/api/v1/explain/10.0.1.11:444')).nearest,
      'web/10.0.1.11:443',
    );
    assert.equal(errorOf(await rig.ask('/api/v1/explain/something-else')).nearest, null);
    const { status } = await rig.ask('/api/v1/explain/32');
    assert.equal(status, 404, 'the length of a prefix is no name');
  });

  test('while there is no core, everything that needs it says so', async (t) => {
    const rig = await openRig(t, { withoutCore: true, parts: { metrics } });
    for (const path of ['/healthz', '/metrics', '/api/v1/status', '/api/v1/explain/web']) {
      const answer = await rig.ask(path);
      assert.deepEqual([answer.status, errorOf(answer).code], [503, 'starting'], path);
    }
    const client = rig.listen();
    const [code] = await once(client, 'close');
    assert.equal(code, 1013);

    const running = await openRig(t);
    assert.equal((await running.ask('/healthz')).status, 200);
  });

  test('pages and metrics are what they are given', async (t) => {
    const pages = new Map([['/', { type: 'text/html', body: '<!doctype html>' }]]);
    const rig = await openRig(t, { parts: { pages, metrics } });
    const page = await rig.ask('/');
    assert.equal(page.text, '<!doctype html>');
    assert.match(String(page.headers['content-security-policy']), /default-src 'none'/u);
    assert.equal((await rig.ask('/metrics')).text, 'routevane_up 1\n');
    assert.equal((await rig.ask('/', { method: 'HEAD' })).text, '');
  });

  test('the socket is for owner and group, and goes with the daemon', async (t) => {
    const rig = await openRig(t);
    assert.equal(statSync(rig.socket).mode & 0o777, 0o660);
    rig.close(true);
    assert.equal(existsSync(rig.socket), false);
  });
});

function server(address: string, latency: number | null): object {
  return {
    address,
    state: 'up',
    reason: '',
    since: '',
    flaps: 1,
    lost: null,
    flapping: false,
    weight: 100,
    base_weight: 100,
    in_table: true,
    pooled: true,
    active_connections: 7,
    latency_ms: latency,
    drain: null,
  };
}

async function metrics(): Promise<Content> {
  return { type: 'text/plain', body: 'routevane_up 1\n' };
}

/** Times and the hash differ each time: what they look like is looked at once. */
function withoutTimes(status: object): unknown {
  const text = JSON.stringify(status, (key, value: unknown) =>
    key === 'since' || key === 'until' || key === 'config_hash' ? '' : value,
  );
  return JSON.parse(text);
}
