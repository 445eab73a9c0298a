import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StatusView } from '../../../src/admin/page/status-view.js';
import { entryOf, applyEvent, needsStatus } from '../../../src/admin/page/events.js';
import { reasonText } from '../../../src/admin/page/loss.js';
import { headline, countsText } from '../../../src/admin/page/counts.js';
import type { ApiEvent } from '../../../src/protocol/api-events.ts';
import type { ApiStatus } from '../../../src/protocol/api.ts';
import {
  apiRoute,
  apiServer,
  apiService,
  apiSignal,
  apiSink,
  apiStatus,
} from '../../api-samples.ts';

const since = '2026-01-02T03:04:05.000Z';
const at = '2026-01-02T03:05:00.250Z';
const status: ApiStatus = apiStatus({
  signals: [apiSignal({ name: 'tor-a', since })],
  services: [
    apiService({
      real_servers: [
        apiServer({ since, address: '10.0.1.11:443', latency_ms: 0.4 }),
        apiServer({ since, address: '[2001:db8::1]:443', latency_ms: 0.4 }),
      ],
    }),
  ],
  routes: [apiRoute({ since, key: '192.0.2.10/32#7', because: 'web is up' })],
  sinks: [apiSink()],
});

function view(): StatusView {
  const fresh = new StatusView();
  fresh.load(status);
  return fresh;
}

const cause = {
  kind: 'observation',
  signal: 'web/10.0.1.11:443',
  state: 'down',
  reason: 'refused',
  at,
} as const;

const health = (name: string, from: 'up' | 'down', to: 'up' | 'down'): ApiEvent => ({
  type: 'health',
  seq: 1,
  at,
  name,
  from,
  to,
  reason: 'refused',
  cause,
});
const decision: ApiEvent = {
  type: 'decision',
  seq: 2,
  at,
  route: '192.0.2.10/32#7',
  prefix: '192.0.2.10/32',
  from: 'announced',
  to: 'withdrawn',
  med: null,
  because: 'web is down',
  cause,
};
const action: ApiEvent = {
  type: 'action',
  seq: 3,
  at,
  sink: 'exabgp',
  action: 'withdraw',
  keys: ['192.0.2.10/32#7'],
  count: 1,
  result: 'sent',
  command: 'withdraw route 192.0.2.10/32',
  reaction_ms: 1.25,
  cause,
};

describe('folding an event', () => {
  test('of a server renews it and its service, once a frame, and nothing else', () => {
    const known = view();
    const before = known.services.get('web');
    const other = before?.servers[1];
    applyEvent(known, health('web/10.0.1.11:443', 'up', 'down'));
    assert.equal(known.services.get('web'), before);
    known.settle();
    const after = known.services.get('web');
    assert.notEqual(after, before);
    assert.equal(after?.servers[1], other);
    assert.deepEqual(
      [after?.servers[0]?.state, after?.servers[0]?.reason, after?.servers[0]?.since],
      ['down', 'refused', at],
    );
    assert.equal(countsText(after?.counts ?? assert.fail()), '1 of 2 up, 1 down');
    known.settle();
    assert.equal(known.services.get('web'), after, 'nothing was left to renew');
  });

  test('finds a server by an address of IPv6', () => {
    const known = view();
    applyEvent(known, health('web/[2001:db8::1]:443', 'up', 'down'));
    assert.equal(known.services.get('web')?.servers[1]?.state, 'down');
    assert.equal(known.kindOf('web/[2001:db8::1]:443'), 'server');
  });

  test('of a signal counts its falls', () => {
    const known = view();
    applyEvent(known, health('tor-a', 'up', 'down'));
    applyEvent(known, health('tor-a', 'down', 'up'));
    applyEvent(known, health('tor-a', 'up', 'down'));
    assert.equal(known.signals.get('tor-a')?.flaps, 2);
  });

  test('of a decision is not confirmed until an action says so', () => {
    const known = view();
    applyEvent(known, decision);
    const route = known.routes.get('192.0.2.10/32#7');
    assert.deepEqual([route?.state, route?.confirmed, route?.med], ['withdrawn', false, null]);
    applyEvent(known, action);
    assert.equal(known.routes.get('192.0.2.10/32#7')?.confirmed, false);
    applyEvent(known, { ...action, result: 'confirmed' });
    assert.equal(known.routes.get('192.0.2.10/32#7')?.confirmed, true);
  });

  test('of a weight says whether the server takes connections', () => {
    const known = view();
    const weight = {
      type: 'weight',
      seq: 9,
      at,
      server: 'web/10.0.1.11:443',
      service: 'web',
      because: '',
      cause,
    } as const;
    const shown = (): unknown => {
      const {
        weight: now,
        removed,
        pooled,
      } = known.services.get('web')?.servers[0] ?? assert.fail();
      return { now, removed, pooled };
    };
    applyEvent(known, { ...weight, from: 100, to: 0, removed: true });
    assert.deepEqual(shown(), { now: 0, removed: true, pooled: false });
    applyEvent(known, { ...weight, from: 0, to: 10 });
    assert.deepEqual(shown(), { now: 10, removed: undefined, pooled: true });
  });

  test('of a drain shows its maintenance at once, that of a service on its servers too', () => {
    const known = view();
    const who = { owner: 'ana', on_behalf_of: null, by: 'ana' };
    const drain = { type: 'drain', seq: 4, at, until: null, ...who } as const;
    const drained = (name: string) => known.drainOf(name)?.name ?? null;
    const names = ['node', '192.0.2.10/32#7', 'web', 'web/10.0.1.11:443', 'web/[2001:db8::1]:443'];
    const own = 'web/[2001:db8::1]:443';
    for (const name of ['node', '192.0.2.10/32#7', own]) {
      applyEvent(known, { ...drain, change: 'begun', name, reason: 'new kernel' });
      assert.deepEqual([known.drainOf(name)?.reason, drained('web')], ['new kernel', null]);
    }
    applyEvent(known, { ...drain, change: 'begun', name: 'web', reason: 'new disks' });
    assert.deepEqual(names.map(drained), ['node', '192.0.2.10/32#7', 'web', 'web', own]);
    known.settle();
    assert.equal(known.services.get('web')?.counts.draining, 2);
    applyEvent(known, { ...drain, change: 'ended', name: 'web', reason: '' });
    assert.deepEqual(names.map(drained), ['node', '192.0.2.10/32#7', null, null, own]);
    for (const name of ['node', '192.0.2.10/32#7', own, 'nobody']) {
      applyEvent(known, { ...drain, change: 'expired', name, reason: '' });
    }
    assert.deepEqual(names.map(drained), [null, null, null, null, null]);
  });

  test('of something unknown, or of a kind that is newer than the page, changes nothing', () => {
    const known = view();
    for (const name of ['nobody', 'web/10.9.9.9:1', 'web/', '/', '', '__proto__']) {
      applyEvent(known, health(name, 'up', 'down'));
      assert.equal(known.kindOf(name), null);
      assert.equal(entryOf(known, health(name, 'up', 'down')), null);
    }
    applyEvent(known, JSON.parse('{"type":"newer","seq":1,"at":""}'));
    assert.equal(entryOf(known, JSON.parse('{"type":"newer","seq":1,"at":""}')), null);
    known.settle();
    assert.deepEqual(known.services.get('web')?.servers, status.services[0]?.real_servers);
  });
});

describe('the line about an event', () => {
  test('of an action says its command, its root and how long it took', () => {
    const line = entryOf(view(), action);
    assert.equal(line?.command, 'withdraw route 192.0.2.10/32');
    assert.equal(line?.cause, 'web/10.0.1.11:443 was observed down: refused');
    assert.equal(line?.reactionMs, 1.25);
    assert.equal(entryOf(view(), { ...action, result: 'confirmed' })?.reactionMs, null);
    assert.equal(entryOf(view(), { ...action, count: 40 })?.name, '192.0.2.10/32#7 and 39 more');
  });

  test('only a new status shows what an action of very many changed', () => {
    assert.equal(needsStatus(action), false);
    assert.equal(needsStatus({ ...action, count: 40 }), true);
    assert.equal(needsStatus({ type: 'skipped', seq: 1, at, count: 7 }), true);
  });
});

describe('the sentence at the top', () => {
  test('says that all is healthy where it is', () => {
    assert.deepEqual(headline(view()), {
      level: 'good',
      text: 'All healthy: 1 route announced, 2 real servers up',
    });
  });

  test('says the worst first', () => {
    const known = view();
    applyEvent(known, health('web/10.0.1.11:443', 'up', 'down'));
    known.settle();
    assert.deepEqual(headline(known), { level: 'warn', text: '1 real server down' });
    applyEvent(known, decision);
    assert.equal(headline(known).text, '1 route withdrawn · 1 real server down');
    assert.equal(headline(known).level, 'bad');
  });
});

describe('an observer that is lost', () => {
  const lost = { since, reason: 'no reply', until: '2026-01-02T03:04:15.000Z' };
  const thing = { state: 'up', reason: '', drain: null, lost } as const;

  test('is said beside the state that is held, until there is nothing to hold', () => {
    const held = /^observer lost since \d\d:04:05: no reply, held until \d\d:04:15$/u;
    assert.match(reasonText(thing), held);
    const down = reasonText({ ...thing, state: 'down', reason: 'refused' });
    assert.match(down, /^refused · observer lost since/u);
    const over = reasonText({ ...thing, state: 'unknown', reason: 'observer lost: no reply' });
    assert.match(over, /^observer lost since \d\d:04:05: no reply$/u);
    assert.equal(reasonText({ state: 'down', reason: 'refused', lost: null }), 'refused');
    assert.equal(reasonText({ state: 'up', reason: '' }), '');
  });

  test('is in the headline, and asks for a new status', () => {
    const known = view();
    const tor = status.signals[0] ?? assert.fail();
    const web = status.services[0] ?? assert.fail();
    const servers = ['10.0.1.11:443', '10.0.1.12:443'].map((address) =>
      apiServer({ address, lost }),
    );
    known.load({
      ...status,
      signals: [{ ...tor, lost }],
      services: [{ ...web, real_servers: servers }],
    });
    assert.deepEqual(headline(known), { level: 'warn', text: '3 observers lost' });
    const notice = { type: 'notice', seq: 1, at, level: 'warn', message: '', sink: null } as const;
    assert.equal(needsStatus({ ...notice, event: 'observer_lost' }), true);
    assert.equal(needsStatus({ ...notice, event: 'observer_back' }), true);
    assert.equal(needsStatus({ ...notice, event: 'garbage' }), false);
  });
});
