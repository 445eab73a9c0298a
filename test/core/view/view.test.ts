import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Config } from '../../../src/model/config.ts';
import type { Explanation, View } from '../../../src/model/view.ts';
import { viewOf } from '../../../src/core/view/view.ts';
import { request } from '../../../src/core/request.ts';
import { confirmed, connected, Drive, inKernel, sent, withIpvs } from '../drive.ts';
import { down, named, route, server, service, signal, up } from '../fixtures.ts';

const damping = { halfLifeMs: 60_000, suppress: 1, reuse: 0.5 };
const rules = withIpvs({
  signals: [signal('tor-a', { rise: 3 }), signal('uplink', { damping })],
  services: [
    inKernel([100, 200], {
      validWhen: named('uplink'),
      minPooledPercent: 50,
      quorum: { kind: 'percent', percent: 40 },
      hysteresis: { kind: 'percent', percent: 10 },
    }),
    service('probed', [server('probed/10.0.0.1:80')]),
  ],
  routes: [route('192.0.2.10/32', { kind: 'all', of: [named('web'), named('tor-a')] })],
});

/** Everything up at 3 ms, and announced. */
function running(more: Partial<Config> = {}): Drive {
  const drive = new Drive({ ...rules, ...more });
  drive.at(1, connected, up('uplink', 0), up('tor-a', 0));
  drive.at(2, up('web/a', 0), up('web/b', 0), up('tor-a', 0), up('probed/10.0.0.1:80', 0));
  drive.at(3, up('tor-a', 0), confirmed({ 'web/a': 100, 'web/b': 200 }));
  return drive;
}

function look(drive: Drive, atMs: number): View {
  const seen: View[] = [];
  const inspect = (view: View): number => seen.push(view);
  assert.equal(request(drive.core, { kind: 'inspect', inspect }, atMs), false);
  return seen[0] ?? assert.fail();
}

function partsOf({ parts }: Explanation): readonly string[] {
  return parts.map(({ kind, name, state }) => `${kind} ${name} ${state}`);
}

function counter({ counters }: Explanation, label: string): string | undefined {
  return counters.find((one) => one.label === label)?.value;
}

describe('the view', () => {
  test('names everything there is', () => {
    assert.deepEqual(look(running(), 4).names(), [
      'node',
      'tor-a',
      'uplink',
      'web',
      'web/a',
      'web/b',
      'probed',
      'probed/10.0.0.1:80',
      '192.0.2.10/32',
    ]);
  });

  test('shows signals with their falls, and until when damping holds them', () => {
    const drive = running();
    for (const [index, one] of [down, up, down, up].entries())
      drive.at(10 + index, one('uplink', 0));
    const [tor, uplink] = look(drive, 20).signals();
    assert.deepEqual([tor?.type, tor?.state, tor?.flaps, tor?.sinceMs], ['link', 'up', 0, 3]);
    assert.equal(tor?.suppressedUntilMs, null);
    assert.deepEqual([uplink?.state, uplink?.flaps], ['down', 2]);
    assert.equal(Math.round(Number(uplink?.suppressedUntilMs) / 1000), 120);
    assert.match(uplink?.reason ?? '', /^suppressed after 2 falls/u);
  });

  test('shows services, what they need, and what each server is worth', () => {
    const drive = running();
    drive.at(5, down('web/a', 0));
    drive.at(6, { kind: 'connections', active: new Map([['web/b', 7]]) });
    const [web, probed] = look(drive, 20).services();
    assert.equal(web?.reason, '1 of 2 servers up, weight 200 of 300, 90 needed: a refused');
    assert.deepEqual(
      [web?.state, web?.quorum, Math.round(web?.capacityPercent ?? 0)],
      ['up', 90, 67],
    );
    assert.deepEqual(web?.realServers, [
      {
        key: 'web/a',
        address: 'a',
        state: 'down',
        reason: 'refused',
        sinceMs: 5,
        flaps: 1,
        lost: null,
        weight: 0,
        baseWeight: 100,
        isPooled: false,
        isInTable: null,
        activeConnections: null,
        drain: null,
      },
      {
        key: 'web/b',
        address: 'b',
        state: 'up',
        reason: '',
        sinceMs: 2,
        flaps: 0,
        lost: null,
        weight: 200,
        baseWeight: 200,
        isPooled: true,
        isInTable: null,
        activeConnections: 7,
        drain: null,
      },
    ]);
    assert.deepEqual(
      probed?.realServers.map((one) => [one.address, one.weight, one.baseWeight, one.isPooled]),
      [['10.0.0.1:80', null, 1, true]],
    );
  });

  test('shows which servers the table lacks, once it was read', () => {
    const drive = running();
    const seen = (): unknown =>
      look(drive, 9)
        .services()[0]
        ?.realServers.map((one) => one.isInTable);
    assert.deepEqual(seen(), [null, null]);
    drive.at(5, { kind: 'table', bases: new Map(), missing: new Set(['web/b']) });
    assert.deepEqual(seen(), [true, false]);
  });

  test('shows a server that is pooled though it is down', () => {
    const drive = running();
    drive.at(5, down('web/b', 0));
    const kept = look(drive, 6).services()[0]?.realServers[1];
    assert.deepEqual([kept?.state, kept?.weight, kept?.isPooled], ['down', 200, true]);
    const explanation = look(drive, 6).explain('web/b') ?? assert.fail();
    assert.equal(explanation.because, 'down: refused; stays pooled by min_pooled 50%');
    assert.equal(counter(explanation, 'min_pooled'), 'pooled though down');
    assert.equal(
      counter(look(drive, 6).explain('web') ?? assert.fail(), 'pooled though down'),
      '1',
    );
  });

  test('shows routes, and what an announce waits for', () => {
    const [announced] = look(running(), 4).routes();
    assert.deepEqual([announced?.state, announced?.attributes?.med], ['announced', 100]);
    assert.equal(announced?.because, 'web is up; tor-a is up');
    const waiting = new Drive(rules);
    const all = [up('uplink', 0), up('web/a', 0), up('web/b', 0), up('tor-a', 0)];
    waiting.at(1, ...all, up('tor-a', 0), up('tor-a', 0));
    const [pending] = look(waiting, 4).routes();
    assert.deepEqual(
      [pending?.state, pending?.because],
      ['pending', 'waits for IPVS weights of web'],
    );
    const explanation = look(waiting, 4).explain('192.0.2.10/32') ?? assert.fail();
    assert.equal(explanation.because, 'waits for IPVS weights of web; now: web is up; tor-a is up');
    assert.equal(counter(explanation, 'waits'), '2s more at most');
    const web = look(waiting, 4).explain('web/a') ?? assert.fail();
    assert.deepEqual([web.state, web.because], ['up', '']);
    assert.equal(counter(web, 'weight'), '100 of 100');
    const unread = look(new Drive(rules), 1).explain('web/a') ?? assert.fail();
    assert.equal(counter(unread, 'weight'), 'left as the IPVS table has it');
  });

  test('shows a drained server that is out, whatever is left of its connections', () => {
    const drive = running();
    const drain = { name: 'web/a', reason: '', owner: 'ann', untilMs: null, sinceMs: 4 };
    drive.at(4, { kind: 'drain', drain });
    const seen = (atMs: number): readonly unknown[] => {
      const shown = look(drive, atMs).services()[0]?.realServers[0]?.drain;
      return [shown?.isOut, shown?.isDone, shown?.activeConnections];
    };
    drive.at(5, { kind: 'connections', active: new Map([['web/a', 2]]) });
    assert.deepEqual(seen(6), [false, false, 2]);
    drive.at(7, confirmed({ 'web/a': 0 }));
    assert.deepEqual(seen(8), [true, false, 2]);
  });

  test('changes nothing of what is decided', () => {
    const drive = running();
    assert.equal(viewOf(drive.core, 5).nodeDrain(), null);
    assert.deepEqual(drive.at(6), []);
  });
});

describe('explain', () => {
  test('goes from a route that is up down to the observations', () => {
    const explanation = look(running(), 4).explain('192.0.2.10/32') ?? assert.fail();
    assert.deepEqual(
      [explanation.kind, explanation.state, explanation.because],
      ['route', 'announced', 'web is up; tor-a is up'],
    );
    assert.equal(counter(explanation, 'MED'), '100');
    assert.deepEqual(partsOf(explanation), ['rule all of up']);
    const rule = explanation.parts[0] ?? assert.fail();
    assert.deepEqual(partsOf(rule), ['service web up', 'signal tor-a up']);
    const web = rule.parts[0] ?? assert.fail();
    assert.deepEqual(partsOf(web), [
      'signal uplink up',
      'real_server web/a up',
      'real_server web/b up',
    ]);
    assert.equal(counter(web, 'live weight'), '300 of 300, 90 needed');
    assert.equal(web.parts[1]?.cause?.kind, 'observation');
    assert.equal(counter(web.parts[2] ?? assert.fail(), 'weight'), '200 of 200');
  });

  test('says why a route went, and what is so now', () => {
    const drive = running();
    drive.at(5, down('tor-a', 0));
    drive.at(6, up('tor-a', 0), sent('192.0.2.10/32'), down('web/a', 0));
    const explanation = look(drive, 7).explain('192.0.2.10/32') ?? assert.fail();
    assert.equal(explanation.state, 'withdrawn');
    assert.deepEqual(explanation.cause, { kind: 'observation', observation: down('tor-a', 5) });
    assert.match(
      explanation.because,
      /^web is up; tor-a is down \(refused\); now: web is up \(1 of 2/u,
    );
    const tor = look(drive, 7).explain('tor-a') ?? assert.fail();
    assert.deepEqual(tor.counters, [
      { label: 'rise', value: '1 of 3' },
      { label: 'falls', value: '1' },
    ]);
    // The failing server comes first.
    const web = look(drive, 7).explain('web') ?? assert.fail();
    assert.deepEqual(partsOf(web).slice(1), ['real_server web/a down', 'real_server web/b up']);
  });

  test('says what is so once, also where it was cut, and when a held route may go', () => {
    const names = Array.from({ length: 9 }, (_, n) => `signal-${n}-${'x'.repeat(50)}`);
    const when = { kind: 'all', of: names.map(named) } as const;
    const drive = new Drive(
      withIpvs({
        signals: names.map((name) => signal(name)),
        routes: [route('192.0.2.10/32', when), route('192.0.2.11/32', when)],
        maxWithdraw: { share: 0.5, perMs: 60_000 },
      }),
    );
    drive.at(1, ...names.map((name) => up(name, 0)));
    drive.at(2, ...names.map((name) => down(name, 0)));
    const held = look(drive, 1003).explain('192.0.2.11/32') ?? assert.fail();
    assert.equal(held.state, 'held');
    assert.match(
      held.because,
      /^max_withdraw allows no more withdraws now; signal-0-x+ is down .*…$/u,
    );
    assert.ok(!held.because.includes('; now: '), held.because);
    assert.equal(counter(held, 'room for the next withdraw'), 'in 59s');
  });

  test('explains what holds a signal where it is', () => {
    const held = withIpvs({ signals: [signal('x', { updelayMs: 5000, lostHoldMs: 9000 })] });
    const drive = new Drive(held);
    drive.at(1, up('x', 0));
    const countersAt = (atMs: number): unknown => look(drive, atMs).explain('x')?.counters;
    const rise = { label: 'rise', value: '1 of 1' };
    assert.deepEqual(countersAt(1001), [rise, { label: 'becomes up', value: 'in 4s' }]);
    drive.at(6000);
    assert.deepEqual(countersAt(6001), [rise]);
    drive.at(7000, { ...down('x', 0), state: 'lost' });
    assert.deepEqual(countersAt(8000), [
      rise,
      { label: 'observer lost', value: 'last health kept for 8s more' },
    ]);
  });

  test('names only some of many, failing first, and counts the others', () => {
    const servers = Array.from({ length: 300 }, (_, i) => server(`big/10.0.0.${i}:80`));
    const drive = new Drive(withIpvs({ services: [service('big', servers)] }));
    drive.at(1, ...servers.map(({ key }, i) => (i === 290 ? down(key, 0) : up(key, 0))));
    const explanation = look(drive, 2).explain('big') ?? assert.fail();
    assert.equal(explanation.parts.length, 20);
    assert.equal(explanation.parts[0]?.name, 'big/10.0.0.290:80');
    assert.equal(counter(explanation, 'not shown'), '280 more');
  });

  test('is bounded as a whole, however rules name each other', () => {
    const names = Array.from({ length: 12 }, (_, i) => `s${i}`);
    // Each service relies on all before it: the whole tree has 2^12 services.
    const services = names.map((name, i) =>
      service(name, [server(`${name}/a`)], {
        validWhen: i === 0 ? null : { kind: 'all', of: names.slice(0, i).map(named) },
      }),
    );
    const drive = new Drive(withIpvs({ services, routes: [route('r', 's11')] }));
    const count = (one: Explanation): number =>
      one.parts.reduce((sum, part) => sum + count(part), 1);
    const explanation = look(drive, 2).explain('r') ?? assert.fail();
    assert.ok(count(explanation) <= 401, `${count(explanation)}`);
  });

  test('knows the node, and no names that do not exist', () => {
    const view = look(running(), 4);
    const node = view.explain('node') ?? assert.fail();
    assert.deepEqual(
      [node.kind, node.name, node.because],
      ['node', 'lb-a', '1 of 1 routes are announced'],
    );
    assert.equal(view.explain('nobody'), null);
  });
});
