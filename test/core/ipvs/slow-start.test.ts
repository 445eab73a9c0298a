import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Service } from '../../../src/model/service.ts';
import { slowShare } from '../../../src/core/ipvs/slow-start.ts';
import { Drive, inKernel, withIpvs } from '../drive.ts';
import { down, up } from '../fixtures.ts';

function slow(slowStartMs: number, more: Partial<Service> = {}): Drive {
  return new Drive(withIpvs({ services: [inKernel([200, 100], { slowStartMs, ...more })] }));
}

describe('slow_start', () => {
  test('is a line from a tenth, on whole seconds', () => {
    assert.equal(slowShare(Infinity, 10_000, 5000), 1);
    assert.equal(slowShare(3000, 10_000, 3000), 0.1);
    assert.equal(slowShare(3000, 10_000, 8000), 0.55);
    assert.equal(slowShare(3000, 10_000, 8999), 0.55);
    assert.equal(slowShare(3500, 10_000, 3900), 0.1);
    assert.equal(slowShare(3000, 10_000, 13_000), 1);
  });

  test('raises the weight each second after a recovery, and not at our own start', () => {
    const drive = slow(4000);
    assert.deepEqual(drive.at(100, up('web/a', 0), down('web/b', 0)), ['web/a 200', 'web/b 0']);
    assert.deepEqual(drive.at(900, down('web/a', 0)), ['web/a 0']);
    assert.deepEqual(drive.at(1000, up('web/a', 0)), ['web/a 20']);
    assert.equal(drive.last?.weightDecisions[0]?.because, 'slow start, 10% of 200');
    assert.deepEqual(drive.at(2000), ['web/a 65']);
    assert.deepEqual(drive.last?.weightDecisions[0]?.cause, {
      kind: 'observation',
      observation: up('web/a', 1000),
    });
    assert.deepEqual(drive.at(60_000), ['web/a 110', 'web/a 155', 'web/a 200']);
    assert.deepEqual(
      drive.turns.slice(-3).map(({ atMs }) => atMs),
      [3000, 4000, 5000],
    );
    assert.equal(drive.core.deadlines.size, 0);
  });

  test('ends with a fall, and begins anew with the next recovery', () => {
    const drive = slow(4000);
    drive.at(100, down('web/a', 0));
    assert.deepEqual(drive.at(1000, up('web/a', 0)), ['web/a 20']);
    assert.deepEqual(drive.at(3500, down('web/a', 0)), ['web/a 65', 'web/a 110', 'web/a 0']);
    // No step is left to be made; startup_timeout is what still waits.
    assert.equal(drive.core.deadlines.size, 1);
    assert.deepEqual(drive.at(9000), []);
    assert.deepEqual(drive.at(9000, up('web/a', 0)), ['web/a 20']);
  });

  test('leaves at least 1', () => {
    const drive = new Drive(withIpvs({ services: [inKernel([3], { slowStartMs: 10_000 })] }));
    drive.at(1, down('web/a', 0));
    assert.deepEqual(drive.at(2, up('web/a', 0)), ['web/a 1']);
  });

  test('takes no service down: the quorum counts the whole weight', () => {
    const drive = slow(4000, { quorum: { kind: 'weight', weight: 200 } });
    drive.at(100, down('web/a', 0), down('web/b', 0));
    drive.at(1000, up('web/a', 0));
    assert.equal(drive.core.graph.pools.get('web')?.health, 'up');
  });

  test('wakes the whole process once a second, whenever servers came back', () => {
    const drive = slow(3000);
    drive.at(100, down('web/a', 0), down('web/b', 0));
    drive.at(1100, up('web/a', 0));
    drive.at(1600, up('web/b', 0));
    const before = drive.turns.length;
    assert.deepEqual(drive.at(4999).length, 6);
    assert.equal(drive.turns.length - before, 3);
  });

  test('goes on through a reload, and stops where the reload takes it away', () => {
    const drive = slow(4000);
    drive.at(100, down('web/a', 0));
    drive.at(1000, up('web/a', 0));
    const same = withIpvs({ services: [inKernel([200, 100], { slowStartMs: 4000 })] });
    assert.deepEqual(drive.at(1500, { kind: 'config', config: same }), []);
    assert.deepEqual(drive.at(2000), ['web/a 65']);
    const none = withIpvs({ services: [inKernel([200, 100])] });
    assert.deepEqual(drive.at(2500, { kind: 'config', config: none }), ['web/a 200']);
    assert.deepEqual(drive.at(2500, { kind: 'config', config: withIpvs({}) }), []);
    assert.deepEqual(drive.at(9000), []);
  });
});
