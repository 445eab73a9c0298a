import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ProbeTarget } from '../../../src/sources/probes/prober.ts';
import { FakeWorld, healthy, REFUSED, UP, type Outcome } from './fake-world.ts';
import { probeTarget, SETTLE, tcpCheck } from './fixtures.ts';

const FALL = 3;
const check = tcpCheck({
  mode: 'hold',
  intervalMs: 10_000,
  timeoutMs: 500,
  settle: { ...SETTLE, fall: FALL },
});

function held(key = 'web/a', some: Partial<ProbeTarget> = {}): ProbeTarget {
  return probeTarget({ check, key, ...some });
}

function refused(): Outcome {
  return { afterMs: 0.5, answer: REFUSED };
}

function hint(world: FakeWorld, key = 'web/a'): void {
  const sentinel = world.sentinels.get(key);
  assert.ok(sentinel);
  sentinel.hint();
}

describe('a hint', () => {
  test('is confirmed by `fall` failures in immediate succession', () => {
    let dead = false;
    const world = new FakeWorld(() => (dead ? refused() : healthy()));
    world.schedule.add([held()]);
    world.run(5000);
    const before = world.starts.length;
    dead = true;
    hint(world);
    world.run(5000 + 0.5 * FALL);
    assert.equal(world.starts.length - before, FALL);
    assert.deepEqual(world.statesOf('web/a').slice(-FALL), ['down', 'down', 'down']);
    assert.deepEqual(world.sentinels.get('web/a')?.confirmed, ['down']);
    // And then no more until its turn.
    world.run(5050);
    assert.equal(world.starts.length - before, FALL);
  });

  test('stops at the first success', () => {
    const world = new FakeWorld(healthy);
    world.schedule.add([held()]);
    world.run(5000);
    const before = world.starts.length;
    hint(world);
    world.run(5050);
    assert.equal(world.starts.length - before, 1);
    assert.deepEqual(world.sentinels.get('web/a')?.confirmed, ['up']);
  });

  test('that was answered by a success is followed up after the fast interval', () => {
    // A server that is stopping ends its connections first, its listening a moment later.
    let dead = false;
    const world = new FakeWorld(() => (dead ? refused() : healthy()));
    world.schedule.add([held()]);
    world.run(5000);
    const observed = world.observations.length;
    hint(world);
    world.run(5050);
    dead = true;
    world.run(5000 + FALL * (check.fastIntervalMs + 20));
    assert.deepEqual(
      world.observations.slice(observed).map(({ state }) => state),
      ['up', 'down', 'down', 'down'],
    );
  });

  test('is never answered by a probe that began before it', () => {
    let outcome: Outcome = healthy();
    const world = new FakeWorld(() => outcome);
    world.schedule.add([held()]);
    world.run(5000);
    // The scheduled probe that is in flight now would succeed in 300 ms.
    outcome = { afterMs: 300, answer: UP };
    const seen = world.starts.length;
    while (world.starts.length === seen) world.run(world.nowMs + 1);
    outcome = refused();
    const observed = world.observations.length;
    hint(world);
    world.run(world.nowMs + 1000);
    assert.deepEqual(
      world.observations.slice(observed, observed + FALL).map(({ state }) => state),
      ['down', 'down', 'down'],
    );
    assert.ok(world.observations.slice(observed).every(({ state }) => state === 'down'));
    assert.deepEqual(world.doubled, []);
  });

  test('goes before a sweep that is under way', () => {
    const since = 5000;
    let dead = false;
    const world = new FakeWorld(({ service }, atMs) => {
      if (service === 'bad' && atMs > since) return { afterMs: 4, answer: REFUSED };
      return dead && service === 'web' ? refused() : healthy();
    });
    const bad = Array.from({ length: 4000 }, (_, index) =>
      probeTarget({ service: 'bad', key: `bad/${index}`, check: tcpCheck({ intervalMs: 10_000 }) }),
    );
    world.schedule.add([...bad, held('web/a', { address: '10.0.0.1' })]);
    world.run(since);
    while (world.inFlight < 100) world.run(world.nowMs + 1);
    dead = true;
    const hintedAtMs = world.nowMs;
    hint(world);
    world.run(hintedAtMs + 15);
    const fails = world.observations.filter(({ signal }) => signal === 'web/a').slice(-FALL);
    assert.deepEqual(
      fails.map(({ state }) => state),
      ['down', 'down', 'down'],
    );
  });

  test('gives the first verdict of a mass failure before the last server was probed once', () => {
    let dead = false;
    const world = new FakeWorld(() => (dead ? refused() : healthy()));
    const keys = Array.from({ length: 500 }, (_, index) => `web/${index}`);
    world.schedule.add(keys.map((key) => held(key, { check: { ...check, sweep: false } })));
    world.run(5000);
    dead = true;
    const from = world.starts.length;
    for (const key of keys) hint(world, key);
    world.run(5060);
    const starts = world.starts.slice(from).map(({ key }) => key);
    assert.ok(starts.length >= 500 * FALL);
    const thirdOfFirst = starts.findIndex(
      (key, index) => starts.slice(0, index).filter((other) => other === key).length === FALL - 1,
    );
    assert.ok(thirdOfFirst < 500, `the first verdict came with probe ${thirdOfFirst}`);
  });
});

describe('the sentinel', () => {
  test('is kept after scheduled successes only, and closed when its server is down', () => {
    let dead = false;
    const world = new FakeWorld(() => (dead ? refused() : healthy()));
    world.schedule.add([held()]);
    world.run(5000);
    const sentinel = world.sentinels.get('web/a');
    const kept = sentinel?.kept ?? 0;
    assert.ok(kept > 0);
    hint(world);
    world.run(5050);
    assert.equal(sentinel?.kept, kept, 'a confirming success opens none');
    dead = true;
    world.run(30_000);
    assert.ok((sentinel?.closed ?? 0) > 0);
    assert.equal(sentinel?.kept, kept);
  });

  test('that stays open hides nothing: a frozen server is found by its scheduled probes', () => {
    let frozen = false;
    const world = new FakeWorld(() => (frozen ? 'silent' : healthy()));
    world.schedule.add([held()]);
    world.run(5000);
    frozen = true;
    world.run(5000 + 10_000 + 5000);
    assert.deepEqual(world.statesOf('web/a').slice(-FALL), ['down', 'down', 'down']);
  });

  test('is closed with its target', () => {
    const world = new FakeWorld(healthy);
    world.schedule.add([held()]);
    world.run(5000);
    world.schedule.remove('web/a');
    assert.equal(world.sentinels.get('web/a')?.closed, 1);
    assert.ok(world.closed.includes('web/a'));
  });
});
