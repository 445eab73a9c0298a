import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { Service } from '../../../src/model/service.ts';
import { confirmed, connected, Drive, inKernel, sent, withIpvs } from '../drive.ts';
import { down, route, up } from '../fixtures.ts';
import { check } from '../simulate.ts';

function pooled(weights: readonly number[], more: Partial<Service> = {}): Drive {
  const service = inKernel(weights, { minPooledPercent: 50, ...more });
  return new Drive(withIpvs({ services: [service], routes: [route('r', 'web')] }));
}

const names = ['web/a', 'web/b', 'web/c', 'web/d'];
const allUp = names.map((name) => up(name, 0));

describe('min_pooled', () => {
  test('keeps those that fail while less than its share would stay', () => {
    const drive = pooled([10, 10, 10, 10], { onDown: 'remove' });
    drive.at(1, connected, ...allUp);
    drive.at(1, confirmed({ 'web/a': 10, 'web/b': 10, 'web/c': 10, 'web/d': 10 }));
    assert.deepEqual(drive.at(2, down('web/a', 0)), ['web/a removed']);
    assert.deepEqual(drive.at(3, down('web/b', 0)), ['web/b removed']);
    assert.deepEqual(drive.at(4, down('web/c', 0)), []);
    // It keeps nobody’s route: the service is down with the last one that lives.
    assert.deepEqual(drive.at(5, down('web/d', 0)), ['r withdrawn']);
    assert.deepEqual(drive.at(6, sent('r')), []);
    assert.equal(drive.core.weights.get('web/d')?.weight, 10);
  });

  test('lets go of the one that failed first as others recover, and pools none anew', () => {
    const drive = pooled([10, 10, 10, 10]);
    drive.at(1, ...allUp);
    for (const [index, name] of ['web/d', 'web/a', 'web/c', 'web/b'].entries()) {
      drive.at(2 + index, down(name, 0));
    }
    drive.at(10, sent('r'));
    assert.deepEqual(drive.at(11, up('web/d', 0)), ['web/d 10', 'web/c 0']);
    assert.deepEqual(drive.at(12, down('web/d', 0)), []);
    assert.deepEqual(drive.at(13, up('web/a', 0)), ['web/a 10', 'web/b 0']);
  });

  test('of one instant the first in the file go first', () => {
    const drive = pooled([10, 10, 10, 10]);
    drive.at(1, ...allUp);
    drive.at(2, ...['web/d', 'web/c', 'web/b'].map((name) => down(name, 0)));
    assert.deepEqual(drive.last?.intents.changedWeights, ['web/b', 'web/c']);
  });

  test('counts base weights by what servers take: a heavy one stays, a light one goes', () => {
    const drive = pooled([60, 30, 10]);
    drive.at(1, ...allUp);
    assert.deepEqual(drive.at(2, down('web/a', 0)), []);
    assert.deepEqual(drive.at(3, down('web/b', 0)), ['web/b 0']);
    assert.deepEqual(drive.at(4, { ...up('web/c', 0), weightPercent: 50 }), ['web/c 5']);
    assert.deepEqual(drive.at(5, { ...down('web/a', 0), weightPercent: 90 }), ['web/a 54']);
  });

  test('counts nobody who is out, also when a drain takes more', () => {
    const drive = pooled([30, 10, 20]);
    drive.at(1, ...allUp);
    assert.deepEqual(drive.at(2, down('web/a', 0)), ['web/a 0']);
    const drain = { name: 'web/b', reason: '', owner: 'anna', untilMs: null, sinceMs: 3 };
    assert.deepEqual(drive.at(3, { kind: 'drain', drain }), ['web/b 0']);
    drive.at(4, down('web/c', 0));
    assert.deepEqual(drive.at(5, sent('r')), []);
    assert.equal(drive.core.weights.get('web/c')?.weight, 20);
  });

  test('says that a server is pooled though it is down, when its weight changes', () => {
    const drive = pooled([60, 10]);
    drive.at(1, up('web/a', 0), up('web/b', 0));
    drive.at(2, down('web/a', 0));
    drive.at(3, { ...down('web/a', 0), weightPercent: 50 });
    assert.equal(
      drive.last?.weightDecisions[0]?.because,
      'down: refused; stays pooled by min_pooled 50%',
    );
  });

  test('that a reload brings pools nobody anew; one that goes lets all go', () => {
    const drive = new Drive(withIpvs({ services: [inKernel([10, 10])] }));
    drive.at(1, up('web/a', 0), down('web/b', 0));
    const service = inKernel([10, 10], { minPooledPercent: 100 });
    const next = withIpvs({ services: [service] });
    assert.deepEqual(drive.at(2, { kind: 'config', config: next }), []);
    assert.deepEqual(drive.at(3, down('web/a', 0)), []);
    const none = withIpvs({ services: [inKernel([10, 10])] });
    assert.deepEqual(drive.at(4, { kind: 'config', config: none }), ['web/a 0']);
  });

  test('the pooled part is never below its share, nor more of the failed kept than it needs', (t) => {
    const step = fc.record({ name: fc.constantFrom(...names), isUp: fc.boolean() });
    const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 4, maxLength: 4 });
    const percents = fc.constantFrom(10, 50, 80);
    check(
      t,
      fc.property(weights, percents, fc.array(step, { maxLength: 60 }), (list, percent, steps) => {
        const drive = pooled(list, { minPooledPercent: percent });
        drive.at(1, ...allUp);
        const least = (percent / 100) * list.reduce((a, b) => a + b, 0);
        const isUp = new Map(names.map((name) => [name, true]));
        for (const [index, one] of steps.entries()) {
          drive.at(2 + index, one.isUp ? up(one.name, 0) : down(one.name, 0), sent('r'));
          isUp.set(one.name, one.isUp);
          const weightOf = (name: string): number => Number(drive.core.weights.get(name)?.weight);
          const part = names.reduce((sum, name) => sum + weightOf(name), 0);
          assert.ok(part >= least, `${part} of ${least}`);
          for (const [position, name] of names.entries()) {
            const own = list[position] ?? 0;
            if (isUp.get(name) === true) assert.equal(weightOf(name), own);
            else assert.ok(weightOf(name) === 0 || part - own < least, name);
          }
        }
      }),
      100,
    );
  });
});
