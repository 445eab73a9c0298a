import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Config } from '../../../src/model/config.ts';
import type { Control } from '../../../src/model/control.ts';
import type { Drain } from '../../../src/model/drain.ts';
import type { DrainView } from '../../../src/model/view.ts';
import { viewOf } from '../../../src/core/view/view.ts';
import { confirmed, connected, Drive, inKernel, sent, withIpvs } from '../drive.ts';
import { config, down, named, route, server, service, signal, up } from '../fixtures.ts';

function drainOf(name: string, more: Partial<Drain> = {}): Drain {
  return { name, reason: 'new disk', owner: 'anna', untilMs: null, sinceMs: 0, ...more };
}

function drain(name: string, more: Partial<Drain> = {}): Control {
  return { kind: 'drain', drain: drainOf(name, more) };
}

function undrain(name: string): Control {
  return { kind: 'undrain', name, owner: 'anna' };
}

function counted(connections: Readonly<Record<string, number>>): Control {
  return { kind: 'connections', active: new Map(Object.entries(connections)) };
}

const either = { kind: 'any', of: [named('web'), named('x')] } as const;

function rules(more: Partial<Config> = {}): Config {
  return withIpvs({
    signals: [signal('x')],
    services: [inKernel([100, 50])],
    routes: [route('r', 'web'), route('any', either), route('other', 'x')],
    ...more,
  });
}

/** Everything up, confirmed and announced at 2 ms. */
function running(more: Partial<Config> = {}): Drive {
  const drive = new Drive(rules(more));
  drive.at(1, connected, ...['x', 'web/a', 'web/b'].map((name) => up(name, 0)));
  drive.at(2, confirmed({ 'web/a': 100, 'web/b': 50 }));
  return drive;
}

function progress(view: DrainView | null | undefined): readonly unknown[] {
  return [view?.isDone, view?.activeConnections, view?.deadlineMs];
}

describe('the drain of a real server', () => {
  test('takes its weight and its part in the service, and gives them back', () => {
    const drive = running({
      services: [inKernel([100, 50], { quorum: { kind: 'weight', weight: 100 } })],
      routes: [],
    });
    assert.deepEqual(drive.at(10, drain('web/b')), ['web/b 0']);
    assert.equal(drive.last?.weightDecisions[0]?.because, 'drained by anna: new disk');
    const cause = { kind: 'drain', change: 'begun', drain: drainOf('web/b'), atMs: 10 };
    assert.deepEqual(drive.last?.weightDecisions[0]?.cause, cause);
    assert.deepEqual([...(drive.last?.intents.watched ?? [])], ['web']);
    assert.deepEqual(drive.at(11, drain('web/a')), ['web/a 0']);
    const [change] = drive.last?.changes ?? [];
    assert.deepEqual([change?.name, change?.to], ['web', 'down']);
    assert.equal(
      change?.reason,
      '2 of 2 servers up, none of them takes connections, weight 0 of 150, 100 needed',
    );
    assert.deepEqual(drive.at(12, undrain('web/a')), ['web/a 100']);
    assert.deepEqual(drive.last?.weightDecisions[0]?.cause, {
      kind: 'drain',
      change: 'ended',
      drain: drainOf('web/a'),
      atMs: 12,
    });
    assert.equal(drive.last?.changes[0]?.to, 'up');
    assert.deepEqual(drive.at(13, undrain('web/a'), undrain('nobody')), []);
  });

  test('keeps its slot and its weight of 0 whatever its health does', () => {
    const drive = running({ services: [inKernel([100, 50], { onDown: 'remove' })] });
    drive.at(10, drain('web/a'));
    assert.deepEqual(drive.at(11, down('web/a', 0)), []);
    assert.deepEqual(drive.at(12, undrain('web/a')), ['web/a removed']);
  });

  test('puts nobody back who was removed', () => {
    const drive = running({ services: [inKernel([100, 50], { onDown: 'remove' })] });
    assert.deepEqual(drive.at(10, down('web/a', 0)), ['web/a removed']);
    assert.deepEqual(drive.at(11, drain('web/a')), []);
    assert.deepEqual(drive.at(12, up('web/a', 0)), []);
    assert.deepEqual(drive.at(13, undrain('web/a')), ['web/a 100']);
  });

  test('is done without connections, or when nobody counts them', () => {
    const drive = running();
    drive.at(10, drain('web/a', { sinceMs: 10 }));
    const look = (atMs: number): readonly unknown[] =>
      progress(viewOf(drive.core, atMs).services()[0]?.realServers[0]?.drain);
    assert.deepEqual(look(11), [false, null, null]);
    drive.at(1000, counted({ 'web/a': 3, 'web/b': 9 }));
    assert.deepEqual(look(9000), [false, 3, null]);
    drive.at(9001, counted({ 'web/a': 0, 'web/b': 9 }));
    // The kernel still has the old weight, as far as anybody knows.
    assert.deepEqual(look(9001), [false, 0, null]);
    drive.at(9002, confirmed({ 'web/a': 0 }));
    assert.deepEqual(look(9002), [true, 0, null]);
    drive.at(9003, counted({ 'web/a': 2, 'web/b': 9 }));
    assert.deepEqual(look(9003), [false, 2, null]);
    assert.equal(viewOf(drive.core, 9002).services()[0]?.realServers[1]?.drain, null);
    const silent = running();
    silent.at(10, drain('web/a', { sinceMs: 10 }));
    silent.at(11, confirmed({ 'web/a': 0 }));
    const seen = viewOf(silent.core, 3010).services()[0]?.realServers[0];
    assert.deepEqual(progress(seen?.drain), [true, null, null]);
  });

  test('of the last one withdraws the route before its weight falls', () => {
    const drive = running({ routes: [route('r', 'web')] });
    drive.at(10, down('web/b', 0));
    assert.deepEqual(drive.at(11, drain('web/a')), ['r withdrawn']);
    assert.equal(drive.last?.decisions[0]?.cause.kind, 'drain');
    assert.deepEqual(drive.at(12, sent('r')), ['web/a 0']);
  });

  test('works without IPVS', () => {
    const plain = config({
      services: [service('web', [server('web/a')])],
      routes: [route('r', 'web')],
    });
    const drive = new Drive(plain);
    drive.at(1, up('web/a', 0));
    assert.deepEqual(drive.at(2, drain('web/a')), ['r withdrawn']);
    assert.deepEqual(progress(viewOf(drive.core, 3).services()[0]?.realServers[0]?.drain), [
      true,
      null,
      null,
    ]);
    assert.deepEqual(drive.at(4, undrain('web/a')), ['r announced']);
  });
});

describe('the drain of a route', () => {
  test('announces it as going away, then withdraws it, and keeps it away', () => {
    const drive = running();
    assert.deepEqual(drive.at(10, drain('other')), ['other draining']);
    const [decision] = drive.last?.decisions ?? [];
    assert.deepEqual(decision?.attributes?.communities, ['65535:0']);
    assert.equal(decision?.because, 'drained by anna: new disk: draining for 5s');
    assert.deepEqual(progress(viewOf(drive.core, 11).routes()[2]?.drain), [false, null, 5010]);
    assert.deepEqual(drive.at(5010), ['other withdrawn']);
    assert.equal(drive.last?.decisions[0]?.because, 'drained by anna: new disk: drained for 5s');
    assert.equal(drive.last?.decisions[0]?.cause.kind, 'drain');
    assert.equal(viewOf(drive.core, 5011).routes()[2]?.drain?.isDone, false);
    drive.at(5020, sent('other'));
    assert.equal(viewOf(drive.core, 5021).routes()[2]?.drain?.isDone, true);
    assert.deepEqual(drive.at(6000, down('x', 0)), []);
    assert.deepEqual(drive.at(6001, up('x', 0)), []);
    assert.deepEqual(drive.at(6002, undrain('other')), ['other announced']);
    assert.equal(drive.last?.decisions[0]?.cause.kind, 'drain');
  });

  test('that ends in the middle announces it as it was', () => {
    const drive = running();
    drive.at(10, drain('other'));
    assert.deepEqual(drive.at(20, undrain('other')), ['other announced']);
    assert.deepEqual(drive.last?.decisions[0]?.attributes?.communities, []);
    assert.deepEqual(drive.at(9000), []);
  });

  test('that fails in the middle is withdrawn at once; no budget holds it', () => {
    const drive = running({ maxWithdraw: { share: 0.1, perMs: 60_000 } });
    drive.at(10, drain('other'));
    assert.deepEqual(drive.at(20, down('x', 0)), ['other withdrawn']);
    drive.at(30, drain('any'), drain('r'));
    assert.deepEqual(drive.at(5030), ['r withdrawn', 'any withdrawn']);
  });

  test('that was never announced is a first decision to withdraw', () => {
    const drive = new Drive(rules());
    assert.deepEqual(drive.at(1, drain('other'), up('x', 0)), ['other withdrawn', 'any announced']);
    assert.equal(drive.turns[0]?.decisions[0]?.because, 'drained by anna: new disk');
  });

  test('goes on through a stop, and is not waited for with on_stop: keep', () => {
    const drive = running();
    drive.at(10, drain('other'));
    assert.deepEqual(drive.at(1000, { kind: 'stop' }), ['r draining', 'any draining']);
    assert.deepEqual(drive.at(6000), ['other withdrawn', 'r withdrawn', 'any withdrawn']);
    const keep = running({ routes: [route('k', 'x', { onStop: 'keep' })] });
    keep.at(10, drain('k'));
    keep.at(20, { kind: 'stop' });
    assert.equal(keep.core.draining.size, 0);
    assert.deepEqual(keep.at(9000), []);
  });
});

describe('the drain of a service', () => {
  test('drains the routes that need it first, then its servers; what it gave comes back', () => {
    const drive = running();
    assert.deepEqual(drive.at(10, drain('web', { sinceMs: 10 })), ['r draining']);
    assert.deepEqual(drive.at(5010), ['r withdrawn']);
    const service0 = (): DrainView | null | undefined =>
      viewOf(drive.core, 5011).services()[0]?.drain;
    assert.equal(service0()?.isDone, false);
    assert.deepEqual(drive.at(5020, sent('r')), ['web/a 0', 'web/b 0']);
    assert.equal(drive.last?.weightDecisions[0]?.cause.kind, 'drain');
    drive.at(5030, confirmed({ 'web/a': 0, 'web/b': 0 }), counted({ 'web/a': 0, 'web/b': 0 }));
    assert.deepEqual(progress(service0()), [true, 0, null]);
    assert.equal(viewOf(drive.core, 5031).routes()[0]?.drain?.isDone, true);
    // The route that lives by something else has no part in it.
    assert.equal(viewOf(drive.core, 5031).routes()[1]?.drain, null);
    assert.deepEqual(drive.at(5040, undrain('web')), ['web/a 100', 'web/b 50']);
    assert.deepEqual(drive.at(5050, confirmed({ 'web/a': 100, 'web/b': 50 })), ['r announced']);
    assert.deepEqual(drive.at(5060, drain('web')), ['r draining']);
  });

  test('says nothing about a route that would be up without it, or is not known', () => {
    const not = { kind: 'not', rule: named('web') } as const;
    const when = { kind: 'any', of: [named('x'), not] } as const;
    const drive = new Drive(rules({ routes: [route('r', when, { drainMs: 0 })] }));
    drive.at(1, up('web/a', 0), up('web/b', 0));
    assert.deepEqual(drive.at(2, drain('web')), ['web/a 0', 'web/b 0', 'r announced']);
  });

  test('without routes comes to its servers at once', () => {
    const drive = running({ routes: [] });
    assert.deepEqual(drive.at(10, drain('web')), ['web/a 0', 'web/b 0']);
  });

  test('does not wait for ever for a withdraw that nobody hands over', () => {
    const drive = running();
    drive.at(10, drain('web'));
    assert.deepEqual(drive.at(7000), ['r withdrawn', 'web/a 0', 'web/b 0']);
    assert.equal(drive.last?.atMs, 6010);
  });
});

describe('the drain of the node', () => {
  test('drains every route and touches no server', () => {
    const drive = running();
    assert.deepEqual(drive.at(10, drain('node')), ['r draining', 'any draining', 'other draining']);
    assert.deepEqual(progress(viewOf(drive.core, 11).nodeDrain()), [false, null, 5010]);
    drive.at(20, counted({ 'web/a': 3, 'web/b': 4 }));
    assert.equal(viewOf(drive.core, 21).nodeDrain()?.activeConnections, 7);
    assert.deepEqual(drive.at(5010).length, 3);
    drive.at(5011, sent('r', 'any', 'other'));
    assert.equal(viewOf(drive.core, 5012).nodeDrain()?.isDone, true);
    assert.deepEqual(drive.at(6000, undrain('node')).length, 3);
  });
});

test('a route that a reload takes out while it waits is never announced', () => {
  const drive = new Drive(rules());
  drive.at(1, up('web/a', 0));
  assert.deepEqual(drive.at(2, { kind: 'config', config: rules({ routes: [] }) }), [
    'r withdrawn',
    'any withdrawn',
    'other withdrawn',
  ]);
  assert.deepEqual(drive.at(60_000), ['web/b 0']);
});

describe('every drain', () => {
  test('ends by itself when its time is over', () => {
    const drive = running();
    drive.at(10, drain('web/a', { untilMs: 5000 }));
    assert.deepEqual(drive.at(4999), []);
    assert.deepEqual(drive.at(5000), ['web/a 100']);
    assert.deepEqual(drive.last?.weightDecisions[0]?.cause, {
      kind: 'drain',
      change: 'expired',
      drain: drainOf('web/a', { untilMs: 5000 }),
      atMs: 5000,
    });
    assert.deepEqual(drive.at(6000, drain('web/a', { untilMs: 6000 })), []);
  });

  test('is replaced by another of its name', () => {
    const drive = running();
    drive.at(10, drain('web/a', { untilMs: 5000 }));
    assert.deepEqual(drive.at(20, drain('web/a', { owner: 'ben' })), []);
    assert.deepEqual(drive.at(9000), []);
    const server0 = viewOf(drive.core, 9001).services()[0]?.realServers[0];
    assert.equal(server0?.drain?.drain.owner, 'ben');
  });

  test('outlives reloads, and waits for names that do not exist yet', () => {
    const drive = running();
    drive.at(10, drain('web/c'), drain('new'), drain('web/a'));
    const same = { kind: 'config', config: rules() } as const;
    assert.deepEqual(drive.at(20, same), []);
    const more = rules({
      services: [inKernel([100, 50, 70])],
      routes: [...rules().routes, route('new', 'x')],
    });
    assert.deepEqual(drive.at(30, { kind: 'config', config: more }), ['web/c 0', 'new withdrawn']);
    assert.deepEqual(drive.at(31, undrain('new'), undrain('web/c')), ['web/c 70', 'new announced']);
  });
});
