import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as holds, constantFrom, integer, property, record } from 'fast-check';
import { limitNotices, NoticeLimiter } from '../../src/platform/notice-limiter.ts';

const notice = (event: string): { event: string; message: string } => ({ event, message: event });

test('notices of one event pass five times a minute; the next says how many were left out', () => {
  let nowMs = 0;
  const passed: string[] = [];
  const limit = { max: 5, periodMs: 60_000, nowMs: () => nowMs };
  const notify = limitNotices(({ message }) => passed.push(message), limit);
  for (let time = 0; time < 100; time += 1) notify(notice('a'));
  notify(notice('b'));
  assert.deepEqual(passed, ['a', 'a', 'a', 'a', 'a', 'b']);
  nowMs = 60_000;
  notify(notice('a'));
  notify(notice('a'));
  assert.deepEqual(passed.slice(6), ['a (and 95 more like it before)', 'a']);
});

test('what a notice is about is limited for itself, and other fields are kept', () => {
  const passed: unknown[] = [];
  const limit = { max: 1, periodMs: 1000, nowMs: () => 0 };
  const notify = limitNotices((one) => passed.push(one), limit);
  const one = { event: 'refused', message: 'no', level: 'warn' };
  for (const about of ['r1', 'r1', 'r2']) notify(one, about);
  assert.deepEqual(passed, [one, one]);
});

test('property: at most so many of a key in a period, each passes or is counted once', () => {
  const steps = array(
    record({ waitMs: integer({ min: 0, max: 700 }), key: constantFrom('a', 'b') }),
    {
      maxLength: 200,
    },
  );
  holds(
    property(steps, integer({ min: 1, max: 4 }), (taken, max) => {
      let nowMs = 0;
      const limiter = new NoticeLimiter({ max, periodMs: 1000, nowMs: () => nowMs });
      const passedAtMs: Record<string, number[]> = { a: [], b: [] };
      const waiting: Record<string, number> = { a: 0, b: 0 };
      for (const { waitMs, key } of taken) {
        nowMs += waitMs;
        const leftOut = limiter.pass(key);
        if (leftOut === null) {
          waiting[key] = (waiting[key] ?? 0) + 1;
          // It is left out only where so many have passed within a period.
          const recent = passedAtMs[key]?.filter((atMs) => nowMs - atMs < 1000) ?? [];
          assert.ok(recent.length >= max);
          continue;
        }
        assert.equal(leftOut, waiting[key]);
        waiting[key] = 0;
        passedAtMs[key]?.push(nowMs);
      }
      for (const all of Object.values(passedAtMs)) {
        // Two periods of a sliding second hold at most twice as many.
        for (const [at, fromMs] of all.entries())
          assert.ok(all.slice(at).filter((atMs) => atMs - fromMs < 1000).length <= 2 * max);
      }
    }),
  );
});
