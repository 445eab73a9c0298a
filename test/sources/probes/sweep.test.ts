import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SWEEP_REST_MS } from '../../../src/sources/probes/domains.ts';
import { EXTRA_MAX } from '../../../src/sources/probes/in-flight.ts';
import type { ProbeTarget } from '../../../src/sources/probes/prober.ts';
import { FakeWorld, healthy, REFUSED, type Outcome } from './fake-world.ts';
import { probeTarget, SETTLE, tcpCheck } from './fixtures.ts';

/** Everything is settled by then. */
const SETTLED_MS = 5000;
const INTERVAL_MS = 10_000;
const check = tcpCheck({
  intervalMs: INTERVAL_MS,
  timeoutMs: 50,
  settle: { ...SETTLE, fall: 2 },
});

/** `count` servers of one service, each on an address of its own. */
function servers(service: string, count: number, some: Partial<ProbeTarget> = {}): ProbeTarget[] {
  return Array.from({ length: count }, (_, index) =>
    probeTarget({
      service,
      check,
      key: `${service}/${index}`,
      address: `10.0.${index >> 8}.${index & 255}`,
      ...some,
    }),
  );
}

function refused(): Outcome {
  return { afterMs: 0.5, answer: REFUSED };
}

/** When each target had failed `fall` times in a row. */
function decided(world: FakeWorld, fall = 2): Map<string, number> {
  const rows = new Map<string, number>();
  const decidedAt = new Map<string, number>();
  for (const { signal, state, atMs } of world.observations) {
    const row = state === 'down' ? (rows.get(signal) ?? 0) + 1 : 0;
    rows.set(signal, row);
    if (row === fall && atMs > SETTLED_MS) decidedAt.set(signal, atMs);
  }
  return decidedAt;
}

/** Probes that began from `fromMs` until `untilMs`. */
function startsWithin(world: FakeWorld, fromMs: number, untilMs: number): number {
  return world.starts.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs).length;
}

function firstFailures(world: FakeWorld): number {
  const failures = world.observations.filter(({ state }) => state === 'down');
  return failures[1]?.atMs ?? Infinity;
}

describe('sweep', () => {
  test('500 refused servers of one service are decided long before their turns, others unharmed', () => {
    const world = new FakeWorld(({ service }, atMs) =>
      service === 'bad' && atMs > SETTLED_MS ? refused() : healthy(),
    );
    world.schedule.add([...servers('bad', 500), ...servers('good', 4500)].map(own));
    world.run(SETTLED_MS + 2000);
    const at = decided(world);
    assert.equal(at.size, 500);
    const tookMs = Math.max(...at.values()) - firstFailures(world);
    assert.ok(tookMs < 100, `${tookMs} ms after the second failure`);
    const others = world.observations.filter(
      ({ signal, state }) => state === 'down' && signal.startsWith('good'),
    );
    assert.deepEqual(others, []);
  });

  test('500 silent servers are decided within two time-outs: old probes do not hold the bound', () => {
    const world = new FakeWorld(({ service }, atMs) =>
      service === 'bad' && atMs > SETTLED_MS ? 'silent' : healthy(),
    );
    world.schedule.add([...servers('bad', 500), ...servers('good', 500)].map(own));
    world.run(SETTLED_MS + 2000);
    const at = decided(world);
    assert.equal(at.size, 500);
    const tookMs = Math.max(...at.values()) - firstFailures(world);
    assert.ok(tookMs <= 150, `${tookMs} ms after the second failure`);
  });

  test('one address with many ports is a domain, whatever the service', () => {
    const world = new FakeWorld(({ address }, atMs) =>
      address === '10.9.9.9' && atMs > SETTLED_MS ? refused() : healthy(),
    );
    const host = Array.from({ length: 40 }, (_, index) =>
      probeTarget({ check, service: `s${index}`, key: `s${index}/x`, address: '10.9.9.9' }),
    );
    world.schedule.add(host);
    world.run(SETTLED_MS + INTERVAL_MS);
    const at = decided(world);
    assert.equal(at.size, 40);
    assert.ok(Math.max(...at.values()) - firstFailures(world) < 50);
  });

  test('a named domain joins servers of different services and addresses', () => {
    const world = new FakeWorld(({ domain }, atMs) =>
      domain === 'rack-1' && atMs > SETTLED_MS ? refused() : healthy(),
    );
    const racks = Array.from({ length: 200 }, (_, index) =>
      probeTarget({
        check,
        service: `s${index}`,
        key: `s${index}/x`,
        address: `10.1.1.${index}`,
        domain: index % 2 === 0 ? 'rack-1' : 'rack-2',
      }),
    );
    world.schedule.add(racks);
    // 100 members in 10 s: on average two of them fail within 50 ms soon.
    world.run(SETTLED_MS + INTERVAL_MS);
    const at = [...decided(world).values()];
    assert.equal(at.length, 100);
    at.sort((a, b) => a - b);
    const last = (at.at(-1) ?? 0) - (at[20] ?? 0);
    assert.ok(last < 2000, `the last 80 within ${last} ms`);
  });

  test('one failing server, however often it fails, sweeps nobody', () => {
    const world = new FakeWorld(({ key }, atMs) =>
      key === 'web/3' && atMs > SETTLED_MS ? refused() : healthy(),
    );
    world.schedule.add(servers('web', 1000));
    world.run(SETTLED_MS + 3 * INTERVAL_MS);
    assert.ok(startsWithin(world, SETTLED_MS, SETTLED_MS + 3 * INTERVAL_MS) < 3150);
  });

  test('servers that were down already are no news: they cause no sweep and are not swept', () => {
    const world = new FakeWorld(({ key }) =>
      Number(key.split('/')[1]) < 500 ? refused() : healthy(),
    );
    world.schedule.add(servers('web', 1000));
    world.run(SETTLED_MS);
    const before = world.starts.length;
    world.run(SETTLED_MS + 5 * INTERVAL_MS);
    assert.ok(world.starts.length - before <= 5050, 'nothing but the scheduled probes');
  });

  test('a domain that keeps failing in part is swept once in a while, not for ever', () => {
    let probes = 0;
    const world = new FakeWorld((_, atMs) => {
      probes += 1;
      return atMs > SETTLED_MS && probes % 7 === 0 ? refused() : healthy();
    });
    const fast = { ...check, intervalMs: 1000, fastIntervalMs: 500 };
    world.schedule.add(servers('web', 300, { check: fast }));
    world.run(SETTLED_MS);
    const before = world.starts.length;
    world.run(SETTLED_MS + 20_000);
    // Scheduled 1/s, the unsettled twice as often, a sweep a second, and confirmations.
    const perSecond = (world.starts.length - before) / 20;
    assert.ok(perSecond < 300 * (1000 / SWEEP_REST_MS + 2), `${perSecond} probes a second`);
  });

  test('sweep: false opts out, both ways', () => {
    const world = new FakeWorld((_, atMs) => (atMs > SETTLED_MS ? refused() : healthy()));
    world.schedule.add(servers('web', 200, { check: { ...check, sweep: false } }));
    world.run(SETTLED_MS + INTERVAL_MS / 2);
    const failed = new Set(
      world.observations.filter(({ state }) => state === 'down').map(({ signal }) => signal),
    );
    assert.ok(failed.size < 130, `${failed.size} in half an interval`);
  });

  test('extra probes in flight have a hard bound, and scheduled turns do not wait behind them', () => {
    const slow = { ...check, timeoutMs: 5000 };
    const world = new FakeWorld(({ service }, atMs) => {
      if (service === 'bad' && atMs > SETTLED_MS) return 'silent';
      return healthy();
    });
    world.schedule.add([
      ...servers('bad', 3000, { check: slow }),
      ...servers('good', 1000, { address: '10.7.7.7' }),
    ]);
    world.run(SETTLED_MS + 5000 + 2500);
    const scheduled = 3000 * (5000 / INTERVAL_MS) + 300;
    assert.ok(world.inFlightMax <= EXTRA_MAX + scheduled, `${world.inFlightMax} in flight`);
    assert.deepEqual(world.doubled, []);
    const starts = new Set(
      world.starts.filter(({ atMs }) => atMs > SETTLED_MS).map(({ key }) => key),
    );
    assert.ok(starts.size >= 4000 * 0.7);
  });
});

/** The same server on an address of its own service: the service is the only domain they share. */
function own(target: ProbeTarget): ProbeTarget {
  return { ...target, address: `${target.service} ${target.address}` };
}
