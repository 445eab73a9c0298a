import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DegradeStep } from '../../../src/model/route.ts';
import {
  degraded,
  draining,
  identityOf,
  sameAttributes,
} from '../../../src/core/routes/attributes.ts';
import { config, route, signal } from '../fixtures.ts';
import { play } from '../play.ts';

function step(more: Partial<DegradeStep>): DegradeStep {
  return { belowPercent: 50, med: null, communities: [], withdraw: false, ...more };
}

function withSteps(...degrade: readonly DegradeStep[]): ReturnType<typeof route> {
  return route('r', 'x', { degrade });
}

describe('attributes', () => {
  test('a step sets or adds to the MED; none to add to is 0, and it stays in four octets', () => {
    const add = step({ med: { kind: 'add', value: 7 } });
    const set = step({ med: { kind: 'set', value: 500 } });
    assert.equal(degraded(withSteps(add), 10)?.med, 107);
    assert.equal(degraded(withSteps(set, add), 10)?.med, 507);
    assert.equal(degraded(withSteps(set), 50)?.med, 100);
    const bare = { ...withSteps(add), attributes: { ...withSteps().attributes, med: null } };
    assert.equal(degraded(bare, 10)?.med, 7);
    const huge = step({ med: { kind: 'add', value: 0xffff_ffff } });
    assert.equal(degraded(withSteps(huge), 10)?.med, 0xffff_ffff);
  });

  test('communities are appended once each', () => {
    const steps = [step({ communities: ['1:1', '2:2'] }), step({ communities: ['2:2', '3:3'] })];
    assert.deepEqual(degraded(withSteps(...steps), 10)?.communities, ['1:1', '2:2', '3:3']);
  });

  test('a draining route has GRACEFUL_SHUTDOWN and never a better MED than before', () => {
    const one = route('r', 'x', { drainMed: 300 });
    const drained = draining(one, { ...one.attributes, communities: ['65535:0', '1:1'] });
    assert.deepEqual([drained.med, drained.communities], [300, ['65535:0', '1:1']]);
    assert.equal(draining(one, { ...one.attributes, med: 400 }).med, 400);
    assert.deepEqual(draining(one, one.attributes).communities, ['65535:0']);
  });

  test('are the same where the command would be', () => {
    const { attributes } = route('r', 'x');
    assert.equal(sameAttributes(attributes, structuredClone(attributes)), true);
    const others = [
      { nextHop: '192.0.2.1' },
      { med: null },
      { localPreference: 1 },
      { asPath: [1] },
      { communities: ['1:1'] },
      { largeCommunities: ['1:1:1'] },
      { extendedCommunities: ['target:1:1'] },
    ];
    for (const other of others) {
      assert.equal(sameAttributes(attributes, { ...attributes, ...other }), false);
    }
  });
});

describe('routes', () => {
  const rules = config({ signals: [signal('x')], routes: [route('r', 'x'), route('s', 'x')] });

  test('intents are the whole desired set; changed names what differs, in the order of the file', () => {
    const turns = play(rules, { x: 'u-d' }, { r: 'A-W', s: 'A-W' });
    assert.deepEqual(
      turns.map(({ intents }) => intents.changed),
      [
        ['r', 's'],
        ['r', 's'],
      ],
    );
    assert.deepEqual(
      [...(turns.at(-1)?.intents.routes.values() ?? [])].map(({ kind }) => kind),
      ['withdraw', 'withdraw'],
    );
  });

  test('nothing is said where nothing changed', () => {
    assert.equal(play(rules, { x: 'uuuu-uu' }, { r: 'A' }).length, 1);
    const turns = play(rules, { nobody: 'udud' }, {});
    assert.deepEqual(
      turns.map(({ atMs }) => atMs),
      [rules.startupTimeoutMs],
    );
  });

  test('a decision names the route and not its rule', () => {
    const [turn] = play(rules, { x: 'u' }, {});
    assert.deepEqual(turn?.decisions[0]?.route, {
      key: 'r',
      prefix: 'r',
      pathId: null,
      neighbor: null,
    });
    assert.deepEqual(identityOf(route('r', 'x')), turn?.decisions[0]?.route);
  });
});
