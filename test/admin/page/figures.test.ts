import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LiveRegion, quietMs } from '../../../src/admin/page/live-region.js';
import { retryDelayMs } from '../../../src/admin/page/backoff.js';
import { barHeight, binCount, binsOf, lineMs } from '../../../src/admin/page/bins.js';
import { Series } from '../../../src/admin/page/series.js';
import { entry } from './entry.ts';

const nowMs = 10 * lineMs;

describe('the time line', () => {
  test('counts what fell, what recovered and the rest, for its own kinds only', () => {
    const entries = [
      entry({ atMs: nowMs - 1 }),
      entry({ atMs: nowMs - 2, to: 'up' }),
      entry({ atMs: nowMs - 3, to: 'unknown', subject: 'service' }),
      entry({ atMs: nowMs - 4, subject: 'route', to: 'withdrawn' }),
    ];
    assert.deepEqual(binsOf(entries, ['service', 'server'], nowMs), [
      { at: binCount - 1, good: 1, bad: 1, other: 1 },
    ]);
  });

  test('leaves out what is older than an hour, and keeps what is from a clock ahead', () => {
    const entries = [entry({ atMs: nowMs - lineMs - 1 }), entry({ atMs: nowMs + 50 })];
    assert.deepEqual(binsOf(entries, ['server'], nowMs), [
      { at: binCount - 1, good: 0, bad: 1, other: 0 },
    ]);
  });

  test('shows one change beside a thousand', () => {
    assert.equal(barHeight(0), 0);
    assert.ok(barHeight(1) >= 0.25);
    assert.ok(barHeight(1) < barHeight(30) && barHeight(100_000) === 1);
  });
});

describe('a series', () => {
  test('has the median and the worst of each second, the running one included', () => {
    const series = new Series();
    for (const value of [5, 1, 3]) series.add(1000, value);
    series.add(2500, 7);
    assert.deepEqual(series.points(), [
      [1, 2],
      [3, 7],
      [5, 7],
    ]);
  });

  test('is bounded, in seconds and within one', () => {
    const series = new Series();
    for (let second = 0; second < 2000; second += 1) series.add(second * 1000, 1);
    for (let at = 0; at < 5000; at += 1) series.add(2_000_000, at, at / 5000);
    const [times = [], , worst = []] = series.points();
    assert.ok(times.length <= 901);
    assert.equal(worst.at(-1), 4999);
  });
});

describe('what a screen reader announces', () => {
  test('is one sentence at a time, of the newest word about each thing', () => {
    const liveRegion = new LiveRegion();
    liveRegion.add(entry({ subject: 'service', name: 'web', to: 'down' }));
    liveRegion.add(entry({ subject: 'service', name: 'web', to: 'up' }));
    liveRegion.add(entry({ subject: 'route', name: '192.0.2.10/32', to: 'withdrawn' }));
    assert.equal(liveRegion.take(0), 'web is up, 192.0.2.10/32 is withdrawn.');
    liveRegion.add(entry({ subject: 'signal', name: 'tor-a', to: 'down' }));
    assert.equal(liveRegion.take(quietMs - 1), null);
    assert.equal(liveRegion.take(quietMs), 'tor-a is down.');
    assert.equal(liveRegion.take(9 * quietMs), null);
  });

  test('is short, and says nothing of single servers', () => {
    const liveRegion = new LiveRegion();
    for (let at = 0; at < 500; at += 1) {
      liveRegion.add(entry({ name: `web/${at}` }));
      liveRegion.add(entry({ subject: 'service', name: `s${at}` }));
    }
    assert.equal(liveRegion.take(0), 's0 is down, s1 is down, s2 is down and 497 more changes.');
  });
});

test('tries to connect come later and later, and never later than ten seconds', () => {
  assert.deepEqual(
    [0, 1, 2, 5, 6, 500].map((attempt) => retryDelayMs(attempt, 1)),
    [250, 500, 1000, 8000, 10_000, 10_000],
  );
  assert.equal(retryDelayMs(6, 0), 7500);
});
