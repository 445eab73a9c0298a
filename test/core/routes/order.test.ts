import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Config } from '../../../src/model/config.ts';
import { confirmed, connected, Drive, inKernel, sent, table, withIpvs } from '../drive.ts';
import { down, named, route, signal, up } from '../fixtures.ts';

const adopted = { kind: 'adopted', keys: ['r'] } as const;

function rules(more: Partial<Config> = {}): Config {
  return withIpvs({
    services: [inKernel([100, 100])],
    signals: [signal('x')],
    routes: [route('r', 'web'), route('other', 'x')],
    ...more,
  });
}

/** Everything up, announced and confirmed at 1 ms. */
function running(more: Partial<Config> = {}): Drive {
  const drive = new Drive(rules(more));
  drive.at(1, connected, up('web/a', 1), up('web/b', 1), up('x', 1));
  drive.at(1, confirmed({ 'web/a': 100, 'web/b': 100 }));
  return drive;
}

describe('a weight falls', () => {
  test('at once where no route is withdrawn for it', () => {
    assert.deepEqual(running().at(2, down('web/a', 2), down('x', 2)), [
      'web/a 0',
      'other withdrawn',
    ]);
  });

  test('after the withdraw of the same cause was handed over', () => {
    const drive = running();
    drive.at(2, down('web/a', 2));
    assert.deepEqual(drive.at(3, down('web/b', 3)), ['r withdrawn']);
    assert.equal(drive.last?.intents.weights.get('web/b')?.weight, 100);
    assert.deepEqual(drive.at(4, sent('other')), []);
    assert.deepEqual(drive.at(5, sent('r')), ['web/b 0']);
    assert.deepEqual(drive.last?.weightDecisions[0]?.cause, {
      kind: 'observation',
      observation: down('web/b', 3),
    });
  });

  test('after a second where nobody says so, and at once without ExaBGP', () => {
    const drive = running();
    assert.deepEqual(drive.at(2, down('web/a', 2), down('web/b', 2)), ['r withdrawn']);
    assert.deepEqual(drive.at(1001), []);
    assert.deepEqual(drive.at(1002), ['web/a 0', 'web/b 0']);
    const off = running({ exabgp: { via: 'off' } });
    const lines = ['web/a 0', 'web/b 0', 'r withdrawn'];
    assert.deepEqual(off.at(2, down('web/a', 2), down('web/b', 2)), lines);
  });

  test('not at all where the server is back before that, and the others in their turn', () => {
    const drive = running();
    assert.deepEqual(drive.at(2, down('web/a', 2), down('web/b', 2)), ['r withdrawn']);
    assert.deepEqual(drive.at(3, up('web/b', 3)), []);
    assert.deepEqual(drive.at(4, sent('r')), ['web/a 0']);
    assert.deepEqual(drive.at(5, confirmed({ 'web/a': 0 })), ['r announced']);
  });

  test('while a budget holds the withdraw: the failed at once, the last of the living not', () => {
    const drive = running({ maxWithdraw: { share: 0.5, perMs: 5000 } });
    assert.deepEqual(drive.at(2, down('x', 2)), ['other withdrawn']);
    assert.deepEqual(drive.at(3, down('web/a', 3)), ['web/a 0']);
    assert.deepEqual(drive.at(4, down('web/b', 4)), ['r held', '! withdraws_held']);
    assert.deepEqual(drive.at(5001), []);
    assert.deepEqual(drive.at(5002), ['r withdrawn']);
    assert.deepEqual(drive.at(5003, sent('r')), ['web/b 0']);
  });

  test('while a budget holds the withdraw, as long as others of the service live', () => {
    const quorum = { kind: 'weight', weight: 150 } as const;
    const budget = { maxWithdraw: { share: 0.5, perMs: 5000 } };
    const drive = running({ ...budget, services: [inKernel([100, 100], { quorum })] });
    drive.at(2, down('x', 2));
    assert.deepEqual(drive.at(3, down('web/a', 3)), ['web/a 0', 'r held', '! withdraws_held']);
  });

  test('of a route that was never in place waits for nothing', () => {
    const drive = new Drive(rules());
    const lines = ['web/a 0', 'web/b 0', 'r withdrawn'];
    assert.deepEqual(drive.at(1, down('web/a', 1), down('web/b', 1)), lines);
    const found = new Drive(rules());
    const inputs = [adopted, down('web/a', 1), down('web/b', 1)];
    assert.deepEqual(found.at(1, ...inputs), ['r withdrawn']);
    assert.deepEqual(found.at(2, sent('r')), ['web/a 0', 'web/b 0']);
  });
});

describe('an announce', () => {
  test('waits until the weights it relies on are confirmed; other routes do not', () => {
    const drive = new Drive(rules());
    drive.at(1, connected);
    const inputs = [up('web/a', 2), down('web/b', 2), up('x', 2)];
    assert.deepEqual(drive.at(2, ...inputs), ['web/a 100', 'web/b 0', 'other announced']);
    assert.equal(drive.core.graph.routes.get('r')?.because, 'waits for IPVS weights of web');
    assert.deepEqual(drive.at(3, confirmed({ 'web/a': 100 })), []);
    assert.deepEqual(drive.at(4, confirmed({ 'web/b': 50 })), []);
    assert.deepEqual(drive.at(5, confirmed({ 'web/b': 0 })), ['r announced']);
    assert.deepEqual(drive.last?.decisions[0]?.cause, {
      kind: 'observation',
      observation: up('web/a', 2),
    });
    assert.equal(drive.last?.decisions[0]?.because, 'web is up (1 of 2 servers up: b refused)');
  });

  test('waits for the last weights intended, and again after each withdraw', () => {
    const drive = running();
    drive.at(2, down('web/a', 2), down('web/b', 2));
    drive.at(3, sent('r'), confirmed({ 'web/a': 0, 'web/b': 0 }));
    assert.deepEqual(drive.at(4, up('web/a', 4)), ['web/a 100']);
    assert.deepEqual(drive.at(5, up('web/b', 5)), ['web/b 100']);
    assert.deepEqual(drive.at(6, confirmed({ 'web/a': 100 })), []);
    assert.deepEqual(drive.at(7, confirmed({ 'web/b': 100 })), ['r announced']);
  });

  test('believes no weight that was read before it was intended', () => {
    const drive = running();
    drive.at(2, down('web/a', 2), down('web/b', 2));
    // Nobody confirms these, and the weight of before is the one that is wanted again.
    assert.deepEqual(drive.at(3, sent('r')), ['web/a 0', 'web/b 0']);
    assert.deepEqual(drive.at(4, up('web/a', 4), confirmed({ 'web/b': 0 })), ['web/a 100']);
    assert.deepEqual(drive.at(5), []);
    assert.deepEqual(drive.at(6, confirmed({ 'web/a': 100 })), ['r announced']);
  });

  test('believes no weight that is read before it is intended', () => {
    const drive = running();
    drive.at(2, down('web/a', 2), down('web/b', 2));
    assert.deepEqual(drive.at(3, up('web/b', 3), confirmed({ 'web/a': 0 })), []);
    assert.deepEqual(drive.at(4, sent('r')), ['web/a 0']);
    assert.deepEqual(drive.at(5, confirmed({ 'web/a': 0 })), ['r announced']);
  });

  test('takes a server at 0 for one that was removed', () => {
    const drive = new Drive(rules({ services: [inKernel([100, 100], { onDown: 'remove' })] }));
    drive.at(1, connected, up('web/a', 1), down('web/b', 1));
    const lines = drive.at(2, confirmed({ 'web/a': 100, 'web/b': 0 }));
    assert.deepEqual(lines, ['r announced']);
  });

  test('is no longer wanted where the service fails meanwhile', () => {
    const drive = new Drive(rules());
    drive.at(1, connected, up('web/a', 1), up('web/b', 1));
    const lines = ['web/a 0', 'web/b 0', 'r withdrawn'];
    assert.deepEqual(drive.at(2, down('web/a', 2), down('web/b', 2)), lines);
    assert.deepEqual(drive.at(20_000, confirmed({ 'web/a': 0, 'web/b': 0 })), ['other withdrawn']);
  });

  test('waits 2 s where the table cannot be reached, 10 s where it takes no weights', () => {
    const lostOne = new Drive(rules({ routes: [route('r', 'web'), route('s', 'web')] }));
    lostOne.at(1, up('web/a', 1), up('web/b', 1));
    assert.deepEqual(lostOne.at(2000), []);
    assert.deepEqual(lostOne.at(2001), ['r announced', 's announced', '! ipvs_unconfirmed']);
    assert.match(
      lostOne.last?.notices[0]?.message ?? '',
      /cannot be reached: r \(web\) and 1 more$/u,
    );
    const refusing = new Drive(rules({ startupTimeoutMs: 60_000 }));
    refusing.at(1, connected, up('web/a', 1), up('web/b', 1));
    assert.deepEqual(refusing.at(10_000), []);
    assert.deepEqual(refusing.at(10_001), ['r announced', '! ipvs_unconfirmed']);
  });

  test('waits less where the table is lost meanwhile', () => {
    const drive = new Drive(rules());
    drive.at(1, connected, up('web/a', 1), up('web/b', 1));
    assert.deepEqual(drive.at(3000), []);
    assert.deepEqual(drive.at(3001, { kind: 'ipvs', state: 'lost' }), [
      'r announced',
      '! ipvs_unconfirmed',
    ]);
  });

  test('of a service that the kernel lacks waits for good; the first decision comes all the same', () => {
    const drive = new Drive(rules());
    drive.at(1, connected, table({}, ['web', 'web/a', 'web/b']), up('web/a', 1), up('web/b', 1));
    assert.deepEqual(drive.at(9999), []);
    assert.deepEqual(drive.at(10_000), ['r withdrawn', 'other withdrawn']);
    assert.equal(
      drive.last?.decisions[0]?.because,
      'startup_timeout passed; waits for IPVS service web, which the IPVS table does not have',
    );
    assert.deepEqual(drive.at(60_000), []);
    assert.deepEqual(drive.at(60_001, table({})), []);
    assert.deepEqual(drive.at(60_002, confirmed({ 'web/a': 100, 'web/b': 100 })), ['r announced']);
  });

  test('does not wait for a server that the kernel lacks, unless it is the only one up', () => {
    const drive = new Drive(rules());
    drive.at(1, connected, table({}, ['web/a']), up('web/a', 1), up('web/b', 1));
    assert.deepEqual(drive.at(2, confirmed({ 'web/b': 100 })), ['r announced']);
    const alone = new Drive(rules());
    alone.at(1, connected, table({}, ['web/a']), up('web/a', 1), down('web/b', 1));
    assert.deepEqual(alone.at(2, confirmed({ 'web/b': 0 })), []);
    assert.match(
      alone.core.graph.routes.get('r')?.because ?? '',
      /which the IPVS table does not have/u,
    );
  });

  test('of a server without a base waits for the table', () => {
    const drive = new Drive(rules({ services: [inKernel([null])] }));
    assert.deepEqual(drive.at(1, connected, up('web/a', 1)), []);
    assert.deepEqual(drive.at(2, table({ 'web/a': 5 })), ['web/a 5']);
    assert.deepEqual(drive.at(3, confirmed({ 'web/a': 5 })), ['r announced']);
  });

  test('waits for nothing in a dry run or without IPVS, or for services that are down', () => {
    const dry = new Drive(rules({ ipvs: { via: 'netlink', dryRun: true } }));
    assert.deepEqual(dry.at(1, up('web/a', 1)), ['web/a 100', 'r announced']);
    const off = new Drive(rules({ ipvs: { via: 'off' } }));
    assert.deepEqual(off.at(1, up('web/a', 1)), ['r announced']);
    const either = { kind: 'any', of: [named('web'), named('x')] } as const;
    const any = new Drive(rules({ routes: [route('r', either)] }));
    const inputs = [down('web/a', 1), down('web/b', 1), up('x', 1)];
    assert.deepEqual(any.at(1, ...inputs), ['web/a 0', 'web/b 0', 'r announced']);
  });

  test('that is in place is never taken back, nor waited for when it only looks different', () => {
    const drive = running();
    assert.deepEqual(drive.at(2, table({}, ['web']), { kind: 'ipvs', state: 'lost' }), []);
    const looks = route('r', 'web');
    const next = rules({ routes: [{ ...looks, attributes: { ...looks.attributes, med: 7 } }] });
    const lines = drive.at(3, { kind: 'config', config: next });
    assert.deepEqual(lines, ['other withdrawn', 'r announced']);
  });

  test('of what another life announced is confirmed in time, missing or not', () => {
    const drive = new Drive(rules());
    drive.at(1, adopted, connected, table({}, ['web']), up('web/a', 1), up('web/b', 1));
    assert.deepEqual(drive.at(10_001), ['other withdrawn', 'r announced', '! ipvs_unconfirmed']);
  });
});
