import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Config } from '../../../src/model/config.ts';
import type { Observation } from '../../../src/model/observation.ts';
import type { Service } from '../../../src/model/service.ts';
import { confirmed, Drive, inKernel, table, withIpvs } from '../drive.ts';
import { config, down, lost, named, route, server, service, signal, up } from '../fixtures.ts';

function web(weights: readonly (number | null)[], more: Partial<Service> = {}): Config {
  return withIpvs({ services: [inKernel(weights, more)] });
}

function percent(name: string, weightPercent: number, state: 'up' | 'down' = 'up'): Observation {
  return { ...up(name, 0), state, weightPercent };
}

describe('the weight of a real server', () => {
  test('is its configured weight while up and 0 while down; nothing before it is known', () => {
    const drive = new Drive(web([100, 200]));
    assert.deepEqual(drive.at(1), []);
    assert.deepEqual(drive.at(2, up('web/a', 2)), ['web/a 100']);
    assert.equal(drive.last?.intents.weights.has('web/b'), false);
    assert.deepEqual(drive.at(3, down('web/a', 3), up('web/b', 3)), ['web/b 200', 'web/a 0']);
    assert.deepEqual(drive.last?.intents.changedWeights, ['web/b', 'web/a']);
    assert.deepEqual(drive.last?.weightDecisions[1], {
      server: 'web/a',
      service: 'web',
      from: 100,
      to: 0,
      because: 'down: refused',
      atMs: 3,
      cause: { kind: 'observation', observation: down('web/a', 3) },
    });
    assert.deepEqual(drive.at(4, up('web/b', 4)), []);
  });

  test('is removed with on_down: remove, and the weight again when it is back', () => {
    const drive = new Drive(web([100], { onDown: 'remove' }));
    assert.deepEqual(drive.at(1, up('web/a', 1)), ['web/a 100']);
    assert.deepEqual(drive.at(2, down('web/a', 2)), ['web/a removed']);
    assert.equal(drive.last?.intents.weights.get('web/a')?.weight, 'removed');
    assert.deepEqual(drive.at(3, up('web/a', 3)), ['web/a 100']);
  });

  test('is nobody’s business without IPVS or without a virtual service', () => {
    const rules = web([100]);
    const off = new Drive({ ...rules, ipvs: { via: 'off' } });
    assert.deepEqual(off.at(1, up('web/a', 1)), []);
    const bare = new Drive({ ...rules, services: [service('web', [server('web/a', 100)])] });
    assert.deepEqual(bare.at(1, up('web/a', 1)), []);
  });

  test('follows the base of the table where none is configured; health does not wait for it', () => {
    const drive = new Drive(web([null, null]));
    assert.deepEqual(drive.at(1, up('web/a', 1)), []);
    assert.equal(drive.last?.changes.at(-1)?.name, 'web');
    assert.deepEqual(drive.at(2, table({ 'web/a': 7, 'web/b': 9 })), ['web/a 7']);
    assert.deepEqual(drive.last?.weightDecisions[0]?.cause, { kind: 'table', atMs: 2 });
    assert.deepEqual(drive.at(3, up('web/b', 3)), ['web/b 9']);
    assert.deepEqual(drive.at(4, table({ 'web/a': 7, 'web/b': 9 })), []);
    assert.deepEqual(drive.at(5, table({ 'web/a': 8, 'web/b': 9 })), ['web/a 8']);
  });

  test('of a server found at 0 stays 0, and it carries nothing', () => {
    const drive = new Drive({ ...web([null, 5]), routes: [route('r', 'web')] });
    assert.deepEqual(drive.at(1, table({ 'web/a': 0, 'web/b': 0 })), ['web/a 0']);
    assert.deepEqual(drive.at(2, up('web/a', 2), down('web/b', 2)), ['web/b 0', 'r withdrawn']);
    assert.match(drive.turns[0]?.weightDecisions[0]?.because ?? '', /^found at weight 0/u);
    // A configured weight knows better than the table.
    assert.deepEqual(drive.at(3, up('web/b', 3)), ['web/b 5']);
  });

  test('takes what the server says it can take, the newest word, at least 1', () => {
    const drive = new Drive(web([200, 3]));
    assert.deepEqual(drive.at(1, percent('web/a', 50)), ['web/a 100']);
    assert.deepEqual(drive.at(2, percent('web/a', 75), percent('web/a', 25)), ['web/a 50']);
    assert.equal(drive.last?.weightDecisions[0]?.because, 'reported weight 25% of 200');
    assert.deepEqual(drive.at(3, up('web/a', 3), percent('web/a', 25)), []);
    assert.deepEqual(drive.at(4, percent('web/b', 1)), ['web/b 1']);
    assert.deepEqual(drive.at(5, percent('web/b', 0)), ['web/b 0']);
    assert.deepEqual(drive.at(6, percent('web/b', 100)), ['web/b 3']);
    assert.deepEqual(drive.at(7, down('web/a', 7)), ['web/a 0']);
    assert.deepEqual(drive.at(8, percent('web/a', 25)), ['web/a 50']);
  });

  test('is whole again with the first up that says nothing of it', () => {
    const drive = new Drive(web([200, 3]));
    drive.at(1, percent('web/a', 0), percent('web/b', 50));
    assert.deepEqual(drive.at(2, up('web/a', 2)), ['web/a 200']);
    assert.deepEqual(drive.at(3, down('web/b', 3)), ['web/b 0']);
    assert.deepEqual(drive.at(4, up('web/b', 4)), ['web/b 3']);
    // An observer that is lost said nothing of the server.
    drive.at(5, percent('web/a', 40));
    assert.deepEqual(drive.at(6, { ...up('web/a', 6), state: 'lost' }), ['! observer_lost']);
  });

  test('0 percent is up without live weight: the service goes down with the last of it', () => {
    const drive = new Drive({ ...web([2, 2]), exabgp: { via: 'off' } });
    drive.at(1, percent('web/a', 100), percent('web/b', 100));
    drive.at(2, percent('web/a', 0));
    drive.at(3, percent('web/b', 0));
    const word = { ...percent('web/b', 0), atMs: 3 };
    assert.deepEqual(
      drive.last?.changes.map(({ name, to, cause }) => [name, to, cause]),
      [['web', 'down', { kind: 'observation', observation: word }]],
    );
  });

  test('counts by base and percent for the quorum', () => {
    const quorum = { kind: 'weight', weight: 150 } as const;
    const drive = new Drive({ ...web([null, null], { quorum }), startupTimeoutMs: 60_000 });
    // What the servers weigh is not known, so neither is the quorum.
    drive.at(1, up('web/a', 1), up('web/b', 1));
    assert.equal(drive.core.graph.pools.get('web')?.health, 'unknown');
    drive.at(2, table({ 'web/a': 100, 'web/b': 100 }));
    assert.deepEqual(
      drive.last?.changes.map(({ to, cause }) => [to, cause]),
      [['up', { kind: 'table', atMs: 2 }]],
    );
    drive.at(3, percent('web/a', 40));
    assert.equal(drive.core.graph.pools.get('web')?.health, 'down');
  });

  test('a quorum is judged without a table from startup_timeout on', () => {
    const quorum = { kind: 'weight', weight: 2 } as const;
    const drive = new Drive(web([null, null], { quorum }));
    drive.at(1, up('web/a', 1), up('web/b', 1));
    drive.at(10_001);
    assert.equal(drive.core.graph.pools.get('web')?.health, 'up');
  });
});

describe('the weight of a server of unknown health', () => {
  test('is none at start, until startup_timeout', () => {
    const drive = new Drive(web([100]));
    assert.deepEqual(drive.at(9999), []);
    assert.deepEqual(drive.at(10_000), ['web/a 0']);
    assert.equal(drive.last?.weightDecisions[0]?.cause.kind, 'startup-timeout');
    assert.deepEqual(drive.at(10_001, up('web/a', 1)), ['web/a 100']);
  });

  test('is none for good with on_lost: hold, or while valid_when is not up', () => {
    const hold = service('web', [server('web/a', 1, { onLost: 'hold', lostHoldMs: 0 })], {
      virtual: { kind: 'fwmark', mark: 7 },
    });
    const drive = new Drive(withIpvs({ services: [hold] }));
    assert.deepEqual(drive.at(20_000, lost('web/a', 1)), ['! observer_lost']);
    const invalid = new Drive({ ...web([1], { validWhen: named('x') }), signals: [signal('x')] });
    assert.deepEqual(invalid.at(20_000, down('web/a', 1)), []);
  });

  test('is the last one with hold, and 0 without', () => {
    const settle = { lostHoldMs: 5 } as const;
    const virtual = { kind: 'fwmark', mark: 7 } as const;
    const servers = [
      server('web/a', 1, { ...settle, onLost: 'hold' }),
      server('web/b', 1, { ...settle, onLost: 'down' }),
    ];
    const drive = new Drive(withIpvs({ services: [service('web', servers, { virtual })] }));
    drive.at(1, up('web/a', 1), up('web/b', 1));
    const said = drive.at(9, lost('web/a', 2), lost('web/b', 2));
    assert.deepEqual(said, ['! observer_lost', '! observer_lost']);
    assert.deepEqual(drive.at(14), ['web/b 0']);
  });
});

describe('a reload', () => {
  test('sends changed weights, keeps bases and percents, and forgets who is gone', () => {
    const drive = new Drive(web([100, null, 100]));
    drive.at(1, percent('web/a', 50), up('web/b', 1), down('web/c', 1), table({ 'web/b': 9 }));
    assert.deepEqual(
      drive.at(2, { kind: 'config', config: structuredClone(web([100, null, 100])) }),
      [],
    );
    assert.deepEqual(drive.at(3, { kind: 'config', config: web([200, null]) }), ['web/a 100']);
    assert.deepEqual(drive.last?.weightDecisions[0]?.cause, { kind: 'config', atMs: 3 });
    assert.deepEqual(drive.last?.intents.changedWeights, ['web/c', 'web/a']);
    assert.equal(drive.last?.intents.weights.has('web/c'), false);
    assert.deepEqual(drive.at(4, down('web/b', 4)), ['web/b 0']);
  });

  test('to no IPVS leaves no opinion; health goes on', () => {
    const drive = new Drive(web([100]));
    drive.at(1, up('web/a', 1));
    assert.deepEqual(
      drive.at(2, { kind: 'config', config: config({ services: web([100]).services }) }),
      [],
    );
    assert.equal(drive.last?.intents.weights.size, 0);
    assert.deepEqual(drive.at(3, down('web/a', 3), confirmed({ 'web/a': 100 })), []);
    assert.equal(drive.core.graph.pools.get('web')?.health, 'down');
  });
});
