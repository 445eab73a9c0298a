import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ProbeTarget } from '../../../src/sources/probes/prober.ts';
import { FakeWorld, healthy, REFUSED } from './fake-world.ts';
import { probeTarget, tcpCheck, udpCheck } from './fixtures.ts';

function targets(count: number, check: ProbeTarget['check'] = tcpCheck()): ProbeTarget[] {
  return Array.from({ length: count }, (_, index) =>
    probeTarget({ address: `10.0.${index >> 8}.${index & 255}`, key: `web/${index}`, check }),
  );
}

const few = { inFlight: 8, sentinels: 0, keepsUdp: true };

describe('a budget of descriptors', () => {
  test('bounds the probes in flight, and nobody is passed over', () => {
    const world = new FakeWorld(() => ({ afterMs: 20, answer: { state: 'up', reason: '' } }));
    world.schedule.limit(few);
    world.schedule.add(targets(100));
    world.run(5000);
    assert.equal(world.inFlightMax, few.inFlight);
    assert.equal(new Set(world.starts.map(({ key }) => key)).size, 100);
    // 8 at once, 20 ms each: 400 a second are possible, and 100 asked for.
    for (const { key } of targets(100)) assert.ok(world.startsOf(key).length >= 5, key);
  });

  test('silent servers hold the others up, and never for ever', () => {
    const world = new FakeWorld(({ key }) => (key.endsWith('7') ? 'silent' : healthy()));
    world.schedule.limit(few);
    world.schedule.add(targets(100));
    world.run(20_000);
    assert.equal(world.inFlightMax, few.inFlight);
    for (const { key } of targets(100)) {
      const states = new Set(world.statesOf(key));
      assert.deepEqual([...states], [key.endsWith('7') ? 'down' : 'up'], key);
    }
  });

  test('leaves room for scheduled probes while many are confirmed', () => {
    let dead = false;
    const world = new FakeWorld(({ key }) =>
      dead && key !== 'web/0' ? { afterMs: 400, answer: REFUSED } : healthy(),
    );
    world.schedule.limit(few);
    world.schedule.add(targets(60));
    world.run(5000);
    dead = true;
    const before = world.startsOf('web/0').length;
    world.run(15_000);
    assert.ok(world.startsOf('web/0').length > before);
  });

  test('that removal of all in flight frees is used by those that wait', () => {
    const world = new FakeWorld(({ key }) => (Number(key.slice(4)) < 8 ? 'silent' : healthy()));
    world.schedule.limit(few);
    world.schedule.add(targets(8));
    world.run(100);
    world.schedule.add(targets(20).slice(8));
    for (const { key } of targets(8)) world.schedule.remove(key);
    world.run(3000);
    assert.equal(new Set(world.starts.map(({ key }) => key)).size, 20);
  });

  test('that has no room for idle UDP sockets closes each after its probe', () => {
    const world = new FakeWorld(healthy);
    world.schedule.add(targets(3, udpCheck({ expect: { kind: 'bytes', bytes: Buffer.of(1) } })));
    world.run(1000);
    assert.equal(world.closed.length, 0);
    world.schedule.limit({ ...few, keepsUdp: false });
    assert.equal(world.closed.length, 3, 'those that are open between probes');
    const { length } = world.starts;
    world.run(3000);
    assert.equal(world.closed.length - 3, world.starts.length - length);
  });

  test('that shrinks closes sentinels that are too many', () => {
    const world = new FakeWorld(healthy);
    world.schedule.add(targets(5, tcpCheck({ mode: 'hold' })));
    world.run(2000);
    assert.equal(world.held, 5);
    world.schedule.limit({ ...few, sentinels: 2 });
    assert.equal(world.held, 2);
    world.run(5000);
    assert.equal(world.held, 2);
    world.schedule.remove('web/0');
    world.schedule.limit({ ...few, sentinels: 4 });
    world.run(7000);
    assert.equal(world.held, 4);
  });
});
