import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TICK_MS } from '../../../src/platform/timer-wheel.ts';
import type { ProbeTarget } from '../../../src/sources/probes/prober.ts';
import { FakeWorld, healthy, REFUSED, UP } from './fake-world.ts';
import { probeTarget, SETTLE, tcpCheck } from './fixtures.ts';

function many(count: number, some: Partial<ProbeTarget> = {}): ProbeTarget[] {
  return Array.from({ length: count }, (_, index) =>
    probeTarget({ port: index + 1, ...some, key: `web/${index}` }),
  );
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
}

describe('pace', () => {
  test('every target is probed for the first time within a second, whatever its interval', () => {
    const world = new FakeWorld(healthy);
    world.schedule.add(many(3000, { check: tcpCheck({ intervalMs: 30_000, timeoutMs: 500 }) }));
    world.run(1000 + TICK_MS);
    assert.equal(new Set(world.starts.map(({ key }) => key)).size, 3000);
  });

  test('a small set-up is probed at once', () => {
    const world = new FakeWorld(healthy);
    world.schedule.add(many(2, { check: tcpCheck({ intervalMs: 30_000 }) }));
    world.run(20);
    assert.equal(world.starts.length, 2);
  });

  test('no moment gets more than its share of the probes, the first ones included', () => {
    const world = new FakeWorld(healthy);
    world.schedule.add(many(5000));
    world.run(6000);
    const perTick = new Map<number, number>();
    for (const { atMs } of world.starts) {
      const tick = Math.floor(atMs / TICK_MS);
      perTick.set(tick, (perTick.get(tick) ?? 0) + 1);
    }
    // 50 a tick are even; while they settle each is probed twice within 200 ms.
    for (const [tick, count] of perTick) assert.ok(count <= 130, `${count} in tick ${tick}`);
    for (let tick = 200; tick < 500; tick += 1) assert.ok((perTick.get(tick) ?? 0) <= 60);
  });

  test('neighbours in the file are not probed together', () => {
    const world = new FakeWorld(healthy);
    world.schedule.add(many(1000));
    world.run(1000);
    const together = world.starts.filter(({ key }, index) => {
      const before = world.starts[index - 1]?.key.split('/')[1];
      return before !== undefined && Number(before) + 1 === Number(key.split('/')[1]);
    });
    assert.ok(together.length < 20, `${together.length} neighbours in a row`);
  });

  test('a settled target is probed once an interval, at its own phase', () => {
    const world = new FakeWorld(healthy);
    world.schedule.add(many(1));
    world.run(60_000);
    const settled = gaps(world.startsOf('web/0').filter((atMs) => atMs > 2000));
    assert.ok(settled.length > 50);
    for (const gapMs of settled) assert.equal(gapMs, 1000);
  });

  test('an unsettled target is probed again after the fast interval', () => {
    const downFrom = 5000;
    const world = new FakeWorld((_, atMs) =>
      atMs < downFrom ? healthy() : { afterMs: 0.5, answer: REFUSED },
    );
    world.schedule.add(many(1));
    world.run(10_000);
    const first = world.observations.findIndex(({ state }) => state === 'down');
    const fromFirst = gaps(world.startsOf('web/0').slice(first)).slice(0, SETTLE.fall);
    for (const gapMs of fromFirst.slice(0, 2)) assert.ok(gapMs >= 200 && gapMs <= 220, `${gapMs}`);
    assert.ok((fromFirst[2] ?? 0) > 220, 'settled down: back to the interval');
  });

  test('two probes of one target are never in flight at once, even if each lasts the interval', () => {
    const world = new FakeWorld(() => 'silent');
    world.schedule.add(many(50, { check: tcpCheck({ intervalMs: 1000, timeoutMs: 1000 }) }));
    world.run(20_000);
    assert.deepEqual(world.doubled, []);
    const starts = world.startsOf('web/7');
    assert.ok(starts.length >= 18, `a long time-out skips no turn: ${starts.length} probes`);
  });

  test('a lost result makes nothing faster, and is logged', () => {
    const world = new FakeWorld(() => ({
      afterMs: 1,
      answer: { state: 'lost', reason: 'out of file descriptors' },
    }));
    world.schedule.add(many(1));
    world.run(10_000);
    assert.ok(world.starts.length <= 11);
    assert.deepEqual(
      world.statesOf('web/0'),
      world.starts.map(() => 'lost'),
    );
    assert.match(world.notices[0]?.message ?? '', /web\/0 cannot be probed: out of file descr/);
  });

  test('many slow targets share their wake-ups', () => {
    const world = new FakeWorld(healthy);
    world.schedule.add(many(2000, { check: tcpCheck({ intervalMs: 30_000, timeoutMs: 500 }) }));
    world.run(40_000);
    const before = world.alarms;
    world.run(70_000);
    // 20 a second; and those for time-outs that were never needed.
    assert.ok(world.alarms - before <= 30 * 25, `${world.alarms - before} wakes in 30 s`);
  });

  test('the wheel sleeps while nothing is due', () => {
    const world = new FakeWorld(healthy);
    world.schedule.add(many(2, { check: tcpCheck({ intervalMs: 60_000, timeoutMs: 500 }) }));
    world.run(120_000);
    const before = world.alarms;
    world.run(1_320_000);
    // 40 probes: two wakes each, and one a target and turn of the wheel (10 s) at most.
    assert.ok(world.alarms - before < 350, `${world.alarms - before} wakes in 20 minutes`);
  });
});

describe('time-outs and stalls', () => {
  test('silence is a time-out, in words', () => {
    const world = new FakeWorld(() => 'silent');
    world.schedule.add(many(1));
    world.run(600);
    assert.equal(world.observations[0]?.reason, 'timed out after 500ms');
    assert.equal(world.observations[0]?.atMs, (world.starts[0]?.atMs ?? 0) + 500);
  });

  test('a late answer counts as the time-out it was', () => {
    const world = new FakeWorld(() => ({ afterMs: 510, answer: UP }));
    world.schedule.add(many(1));
    world.run(495);
    // The loop is a little late, far from a stall, and both are ready.
    world.block(20);
    world.turnOfTheLoop();
    assert.deepEqual(world.statesOf('web/0'), ['down']);
  });

  test('the time of a probe that has to wait for its turn begins with it', () => {
    const world = new FakeWorld(({ key }) => ({
      waitMs: 1300,
      afterMs: key === 'web/0' ? 400 : 600,
      answer: UP,
    }));
    world.schedule.add(many(2));
    world.run(5000);
    const emitted = world.observations.map(
      ({ signal, state, latencyMs }) => `${signal} ${state} ${latencyMs}`,
    );
    assert.deepEqual(new Set(emitted), new Set(['web/0 up 400', 'web/1 down 500']));
    assert.deepEqual(world.doubled, []);
  });

  test('answers that waited while the loop was stalled are no time-outs', () => {
    const world = new FakeWorld(() => ({ afterMs: 3, answer: UP }));
    world.schedule.add(many(200, { check: tcpCheck({ timeoutMs: 50 }) }));
    world.run(100);
    const answered = world.observations.length;
    assert.ok(world.openAnswers > 0, 'some probes are in flight');
    world.block(5000);
    world.turnOfTheLoop();
    world.run(20_000);
    assert.ok(world.observations.length > answered);
    assert.deepEqual(
      world.observations.filter(({ state }) => state !== 'up'),
      [],
    );
  });

  test('nor are those that are heard one after another, long after the stall', () => {
    const world = new FakeWorld(() => ({ afterMs: 3, answer: UP }));
    world.answerMs = 0.5;
    world.schedule.add(many(100, { check: tcpCheck({ intervalMs: 100, timeoutMs: 50 }) }));
    // All of them are due at once, and then in flight at once: nothing but a time-out is expected.
    world.block(150);
    world.turnOfTheLoop();
    assert.equal(world.inFlight, 100);
    world.turnOfTheLoop(300);
    assert.equal(world.observations.length, 100);
    assert.deepEqual(
      world.observations.filter(({ state }) => state !== 'up'),
      [],
    );
  });

  test('a server that was silent before and through the stall still times out', () => {
    const world = new FakeWorld(() => 'silent');
    world.schedule.add(many(1));
    world.run(300);
    world.block(5000);
    world.turnOfTheLoop();
    assert.equal(world.observations.length, 0, 'the stall itself is not held against it');
    world.run(world.nowMs + 600);
    assert.deepEqual(world.statesOf('web/0').slice(0, 1), ['down']);
  });

  test('a server that is silent times out although every turn of the loop is late', () => {
    const world = new FakeWorld(() => 'silent');
    world.schedule.add(many(1));
    for (let turn = 0; turn < 30; turn += 1) {
      world.block(40);
      world.turnOfTheLoop();
    }
    assert.deepEqual(world.statesOf('web/0').slice(0, 1), ['down']);
  });

  test('answers that wait in each of many long stalls are no time-outs', () => {
    const world = new FakeWorld(() => ({ afterMs: 3, answer: UP }));
    world.schedule.add(many(50, { check: tcpCheck({ timeoutMs: 50 }) }));
    for (let turn = 0; turn < 30; turn += 1) {
      world.block(600);
      world.turnOfTheLoop();
    }
    assert.ok(world.observations.length > 100);
    assert.deepEqual(
      world.observations.filter(({ state }) => state !== 'up'),
      [],
    );
  });

  test('after a stall the probes that are overdue begin in bounded number, and keep their phases', () => {
    const world = new FakeWorld(() => 'silent');
    world.schedule.add(many(5000, { check: tcpCheck({ sweep: false }) }));
    world.run(3000);
    const phase = world.startsOf('web/17').at(-1) ?? 0;
    world.block(3000);
    const before = world.starts.length;
    world.turnOfTheLoop();
    assert.ok(world.starts.length - before <= 128, `${world.starts.length - before} at once`);
    world.run(20_000);
    const after = world.startsOf('web/17').at(-1) ?? 0;
    assert.equal((after - phase) % 1000 < 20 || (after - phase) % 1000 > 980, true);
  });
});

test('close takes back every alarm and closes every probe', () => {
  const world = new FakeWorld(() => 'silent');
  world.schedule.add(many(20));
  world.run(15);
  assert.ok(world.inFlight > 0);
  world.schedule.close();
  assert.equal(world.inFlight, 0);
  assert.equal(world.closed.length, 20);
  assert.ok(world.asleep);
});
