import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ProbeTarget } from '../../../src/sources/probes/prober.ts';
import { FakeWorld, REFUSED, UP, type Outcome } from './fake-world.ts';
import { probeTarget, udpCheck } from './fixtures.ts';

const HOST = '192.0.2.7';

function services(count: number, some: Partial<ProbeTarget> = {}): ProbeTarget[] {
  return Array.from({ length: count }, (_, index) =>
    probeTarget({
      service: `udp-${index}`,
      address: HOST,
      port: 500 + index,
      check: udpCheck({ intervalMs: 1000, timeoutMs: 500, fastIntervalMs: 200 }),
      ...some,
    }),
  );
}

/**
 * A host whose ports are all closed, and which sends an ICMP error a second at most, after a burst
 * of six: Linux's icmp_ratelimit. A silence is `up` to the prober, as it is on a real socket.
 */
function limitedHost(): (target: ProbeTarget, atMs: number) => Outcome {
  let tokens = 6;
  let atLastMs = 0;
  return (_target, atMs) => {
    tokens = Math.min(6, tokens + (atMs - atLastMs) / 1000);
    atLastMs = atMs;
    if (tokens < 1) return { afterMs: 500, answer: UP };
    tokens -= 1;
    return { afterMs: 1, answer: REFUSED };
  };
}

describe('udp probes without an expected answer', () => {
  test('dead ports of one host stay down, however many share its ICMP errors', () => {
    const world = new FakeWorld(limitedHost());
    const targets = services(4);
    world.schedule.add(targets);
    world.run(120_000);
    for (const { key } of targets) {
      const states = world.statesOf(key);
      assert.ok(states.length > 20, `${key} was probed ${states.length} times`);
      assert.deepEqual(new Set(states), new Set(['down']), key);
    }
  });

  test('keep their distance over all services of an address, confirmations and sweeps included', () => {
    const world = new FakeWorld((_target, atMs) => ({
      afterMs: 1,
      answer: atMs < 20_000 ? UP : REFUSED,
    }));
    world.schedule.add(services(3));
    world.run(60_000);
    const times = world.starts.map(({ atMs }) => atMs);
    for (const [index, atMs] of times.slice(1).entries())
      assert.ok(atMs - (times[index] ?? 0) >= 1100, `${times[index]} and ${atMs}`);
    const counts = services(3).map(({ key }) => world.startsOf(key).length);
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 3, `fair: ${counts.join(', ')}`);
  });

  test('another address, loopback, an expected answer: each has its own pace', () => {
    for (const some of [
      { address: '127.0.0.1' },
      { address: '::1' },
      { check: udpCheck({ intervalMs: 1000, expect: { kind: 'bytes', bytes: Buffer.of(1) } }) },
    ]) {
      const world = new FakeWorld(() => ({ afterMs: 1, answer: UP }));
      world.schedule.add(services(3, some));
      world.run(10_000);
      assert.ok(world.starts.length >= 30, `${world.starts.length} probes in 10 s`);
    }
    const world = new FakeWorld(() => ({ afterMs: 1, answer: UP }));
    world.schedule.add([...services(1), ...services(1, { key: 'other', address: '192.0.2.8' })]);
    world.run(10_000);
    assert.ok(world.startsOf('other').length >= 9);
  });

  test('icmp_interval is the distance', () => {
    const world = new FakeWorld(() => ({ afterMs: 1, answer: UP }));
    const check = udpCheck({ intervalMs: 1000, icmpIntervalMs: 100 });
    world.schedule.add(services(3, { check }));
    world.run(10_000);
    assert.ok(world.starts.length >= 30, `${world.starts.length} probes in 10 s`);
  });
});
