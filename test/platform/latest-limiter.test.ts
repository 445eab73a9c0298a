import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { array, assert as holds, integer, property } from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import { LatestLimiter } from '../../src/platform/latest-limiter.ts';

function rig(perSecondMax: number) {
  const timers = new VirtualTimeScheduler();
  const seen: { atMs: number; value?: number; discarded?: number }[] = [];
  const limiter = new LatestLimiter<number>({
    perSecondMax,
    timers,
    pass: (value) => seen.push({ atMs: timers.now(), value }),
    discarded: (discarded) => seen.push({ atMs: timers.now(), discarded }),
  });
  return { timers, limiter, seen };
}

test('so many pass in a second, then the newest, and the others are counted', () => {
  const { timers, limiter, seen } = rig(2);
  const passed: boolean[] = [];
  for (const value of [1, 2, 3, 4, 5])
    timers.schedule(() => passed.push(limiter.offer(value)), value);
  timers.schedule(() => limiter.offer(6), 1500);
  timers.schedule(() => limiter.offer(7), 1500);
  timers.flush();
  assert.deepEqual(passed, [true, true, false, false, false]);
  assert.deepEqual(seen, [
    { atMs: 1, value: 1 },
    { atMs: 2, value: 2 },
    { atMs: 1001, value: 5 },
    { atMs: 1001, discarded: 2 },
    { atMs: 1500, value: 6 },
    { atMs: 2001, value: 7 },
  ]);
});

test('what waits passes at once when it is finished, and never after it is closed', () => {
  const [finished, closed] = [rig(1), rig(1)];
  for (const { limiter } of [finished, closed]) for (const value of [1, 2]) limiter.offer(value);
  finished.limiter.finish();
  closed.limiter.close();
  for (const { timers } of [finished, closed]) timers.flush();
  assert.deepEqual(
    [finished, closed].map(({ seen }) => seen.map(({ value }) => value)),
    [[1, 2], [1]],
  );
});

test("without timers of its own it waits on Node's", (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const passed: number[] = [];
  const limiter = new LatestLimiter<number>({
    perSecondMax: 1,
    pass: (value) => passed.push(value),
    discarded: () => assert.fail('nothing was discarded'),
  });
  for (const value of [1, 2]) limiter.offer(value);
  mock.timers.tick(1_000);
  assert.deepEqual(passed, [1, 2]);
});

test('property: the last value always passes, in order, at a bounded rate, and all are counted', () => {
  const gaps = array(integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 100 });
  holds(
    property(gaps, integer({ min: 1, max: 5 }), (gapsMs, perSecondMax) => {
      const { timers, limiter, seen } = rig(perSecondMax);
      let atMs = 0;
      for (const [value, gapMs] of gapsMs.entries()) {
        atMs += gapMs;
        timers.schedule(() => limiter.offer(value), atMs);
      }
      timers.flush();
      const passed = seen.filter(({ value }) => value !== undefined);
      const values = passed.map(({ value = 0 }) => value);
      assert.equal(values.at(-1), gapsMs.length - 1);
      assert.deepEqual(
        values,
        values.toSorted((a, b) => a - b),
      );
      const discarded = seen.reduce((sum, one) => sum + (one.discarded ?? 0), 0);
      assert.equal(values.length + discarded, gapsMs.length);
      for (const { atMs: fromMs } of passed) {
        const within = passed.filter((one) => one.atMs >= fromMs && one.atMs < fromMs + 1000);
        assert.ok(within.length <= 2 * perSecondMax);
      }
    }),
  );
});
