import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { viewOf } from '../../../src/core/view/view.ts';
import { connected, Drive, inKernel, sent, withIpvs } from '../drive.ts';
import { config, down, lost, named, route, server, service, signal, up } from '../fixtures.ts';

const prefix = '192.0.2.10/32';

/** Of the first route, as status, page and API have it. */
function because(drive: Drive, atMs: number): string | undefined {
  return viewOf(drive.core, atMs).routes()[0]?.because;
}

function decided(drive: Drive): string | undefined {
  return drive.turns.flatMap(({ decisions }) => decisions).at(-1)?.because;
}

describe('the reason of a route is the present one', () => {
  test('with one server up and one down it names the one that is down', () => {
    const servers = [server('web/127.0.2.1:8080'), server('web/127.0.2.2:8080')];
    const drive = new Drive(
      config({ services: [service('web', servers)], routes: [route(prefix, 'web')] }),
    );
    assert.equal(
      because(drive, 1),
      'web is unknown (0 of 2 servers up: 127.0.2.1:8080 no result yet, 127.0.2.2:8080 no result yet)',
    );
    drive.at(2, up('web/127.0.2.1:8080', 2));
    assert.match(because(drive, 2) ?? '', /1 of 2 servers up: 127\.0\.2\.2:8080 no result yet/u);
    drive.at(3, up('web/127.0.2.2:8080', 3));
    assert.equal(because(drive, 3), 'web is up');
    drive.at(4, down('web/127.0.2.1:8080', 4));
    assert.equal(because(drive, 5), 'web is up (1 of 2 servers up: 127.0.2.1:8080 refused)');
    // What it was decided by is in explain.
    assert.match(decided(drive) ?? '', /127\.0\.2\.2:8080 no result yet/u);
    const text = viewOf(drive.core, 5).explain(prefix)?.because ?? '';
    assert.ok(text.startsWith(`${decided(drive)}; now: web is up (1 of 2`), text);
  });

  test('names the capacity that is left now, and what a withdrawn route lacks now', () => {
    const servers = [server('web/a'), server('web/b'), server('web/c'), server('web/d')];
    const med = { kind: 'add', value: 10 } as const;
    const degrade = [{ belowPercent: 60, med, communities: [], withdraw: false }];
    const drive = new Drive(
      config({
        services: [service('web', servers)],
        signals: [signal('tor-a')],
        routes: [route(prefix, { kind: 'all', of: [named('web'), named('tor-a')] }, { degrade })],
      }),
    );
    drive.at(1, up('tor-a', 1), ...servers.map(({ key }) => up(key, 1)));
    drive.at(2, down('web/a', 2));
    assert.match(
      because(drive, 3) ?? '',
      /^75% of capacity left; web is up \(3 of 4 .* a refused/u,
    );
    drive.at(4, down('tor-a', 4, 'no carrier'));
    drive.at(5, up('web/a', 5), down('web/b', 5), down('tor-a', 5, 'no carrier'));
    assert.equal(
      because(drive, 6),
      'web is up (3 of 4 servers up: b refused); tor-a is down (no carrier)',
    );
  });

  test('says that unknown changes nothing, and what was found in place', () => {
    const drive = new Drive(
      config({
        signals: [signal('tor-a', { onLost: 'hold', lostHoldMs: 5 })],
        routes: [route(prefix, 'tor-a')],
      }),
    );
    drive.at(0, { kind: 'adopted', keys: [prefix] });
    assert.equal(because(drive, 1), 'found in place; tor-a is unknown (no result yet)');
    drive.at(1, up('tor-a', 1));
    assert.equal(because(drive, 1), 'tor-a is up');
    drive.at(2, lost('tor-a', 2));
    drive.at(20);
    assert.equal(
      because(drive, 20),
      'last decision stays; tor-a is unknown (observer lost: socket closed)',
    );
  });

  test('is that of the start while nothing was ever judged', () => {
    const drive = new Drive(
      config({ signals: [signal('tor-a')], routes: [route(prefix, 'tor-a')] }),
    );
    drive.at(10_000);
    assert.equal(decided(drive), 'startup_timeout passed; tor-a is unknown (no result yet)');
    assert.equal(because(drive, 10_001), 'tor-a is unknown (no result yet)');
  });

  test('of a route that max_withdraw holds says so, and what the rule lacks now', () => {
    const when = { kind: 'all', of: [named('tor-a'), named('tor-b')] } as const;
    const drive = new Drive(
      config({
        signals: [signal('tor-a'), signal('tor-b')],
        routes: [route('192.0.2.9/32', when), route(prefix, when)],
        maxWithdraw: { share: 0.5, perMs: 60_000 },
      }),
    );
    drive.at(1, up('tor-a', 1), up('tor-b', 1));
    drive.at(2, down('tor-a', 2));
    drive.at(3, up('tor-a', 3), down('tor-a', 3, 'no carrier'), down('tor-b', 3));
    const held = viewOf(drive.core, 4).routes()[1];
    assert.deepEqual(
      [held?.state, held?.because],
      [
        'held',
        'max_withdraw allows no more withdraws now; tor-a is down (no carrier); tor-b is down (refused)',
      ],
    );
  });

  test('is who drains it, and what the rule says once that is over', () => {
    const drive = new Drive(
      config({ signals: [signal('tor-a')], routes: [route(prefix, 'tor-a', { drainMs: 100 })] }),
    );
    drive.at(1, up('tor-a', 1));
    const drain = { name: prefix, reason: 'disk', owner: 'ann', untilMs: null, sinceMs: 2 };
    drive.at(2, { kind: 'drain', drain });
    assert.match(because(drive, 3) ?? '', /^drained by ann: disk: draining for 0\.1s/u);
    drive.at(200);
    assert.equal(because(drive, 201), 'drained by ann: disk');
    drive.at(300, down('tor-a', 300));
    assert.equal(because(drive, 301), 'tor-a is down (refused)');
    drive.at(400, { kind: 'stop' });
    assert.equal(because(drive, 401), 'tor-a is down (refused)');
  });

  test('of what waits for IPVS is what it waits for', () => {
    const drive = new Drive(
      withIpvs({ services: [inKernel([100])], routes: [route(prefix, 'web')] }),
    );
    drive.at(1, connected, up('web/a', 1));
    assert.equal(because(drive, 2), 'waits for IPVS weights of web');
  });

  test('of a view that is older than the last decision is what that view was decided by', () => {
    const drive = new Drive(
      config({ signals: [signal('tor-a')], routes: [route(prefix, 'tor-a')] }),
    );
    drive.at(1, up('tor-a', 1));
    const [before] = viewOf(drive.core, 2).routes();
    drive.at(3, down('tor-a', 3), sent(prefix));
    assert.deepEqual([before?.state, before?.because], ['announced', 'tor-a is up']);
  });
});
