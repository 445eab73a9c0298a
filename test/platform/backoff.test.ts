import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as holds, boolean, integer, property } from 'fast-check';
import { Backoff, backoffMs } from '../../src/platform/backoff.ts';

test('a wait doubles from the first to the longest, and begins anew after a success', () => {
  const backoff = new Backoff({ minMs: 100, maxMs: 1000 });
  const waits = Array.from({ length: 6 }, () => backoff.next());
  assert.deepEqual(waits, [100, 200, 400, 800, 1000, 1000]);
  backoff.reset();
  assert.equal(backoff.next(), 100);
});

test('a wait stays the longest one after any number of failures', () => {
  assert.equal(backoffMs({ minMs: 250, maxMs: 10_000 }, 100_000), 10_000);
});

test('property: each wait is the doubled one before it, within its limits', () => {
  const events = array(boolean(), { maxLength: 200 });
  holds(
    property(
      integer({ min: 1, max: 5000 }),
      integer({ min: 0, max: 60_000 }),
      events,
      (...given) => {
        const [minMs, moreMs, hasFailed] = given;
        const maxMs = minMs + moreMs;
        const backoff = new Backoff({ minMs, maxMs });
        let expectedMs = minMs;
        for (const isFailure of hasFailed) {
          if (isFailure) {
            assert.equal(backoff.next(), expectedMs);
            expectedMs = Math.min(expectedMs * 2, maxMs);
          } else {
            backoff.reset();
            expectedMs = minMs;
          }
        }
      },
    ),
  );
});
