import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assert as check, integer, nat, property, record } from 'fast-check';
import { Ring } from '../../../src/admin/page/ring.js';
import { windowOf } from '../../../src/admin/page/windowing.js';
import { entry } from './entry.ts';

describe('a window on a list', () => {
  test('has every row that can be seen, and few others', () => {
    const lists = record({
      count: nat(5000),
      rowPx: integer({ min: 10, max: 60 }),
      viewPx: integer({ min: 0, max: 1200 }),
      scrollPx: integer({ min: -50, max: 400_000 }),
    });
    check(
      property(lists, ({ count, rowPx, viewPx, scrollPx }) => {
        const { first, end, totalPx } = windowOf(count, rowPx, scrollPx, viewPx);
        assert.equal(totalPx, count * rowPx);
        assert.ok(first >= 0 && end <= count && first <= end);
        assert.ok(end - first <= Math.ceil(viewPx / rowPx) + 13 + 1);
        const lastScrollPx = Math.max(0, totalPx - viewPx);
        const topPx = Math.min(Math.max(0, scrollPx), lastScrollPx);
        if (count === 0 || scrollPx > lastScrollPx) return;
        assert.ok(first * rowPx <= topPx, 'the first row that is seen');
        assert.ok(end * rowPx >= Math.min(totalPx, topPx + viewPx), 'the last row that is seen');
      }),
    );
  });

  test('of a list that became shorter than it is scrolled shows the last rows', () => {
    const { first, end } = windowOf(20, 30, 5000, 300);
    assert.equal(end, 20);
    assert.ok(first < 10);
  });
});

describe('a ring', () => {
  test('gives the newest first, and at most its limit', () => {
    const ring = new Ring(3);
    for (let seq = 0; seq < 20; seq += 1) ring.push(entry({ seq }));
    assert.deepEqual(
      ring.latest().map(({ seq }) => seq),
      [19, 18, 17],
    );
    assert.ok(ring.size <= 6);
  });

  test('takes nothing twice, wherever the history overlaps the stream', () => {
    const ring = new Ring(10);
    ring.push(entry({ seq: 5 }));
    ring.push(entry({ seq: 5 }));
    ring.push(entry({ seq: 6 }));
    ring.prepend([3, 4, 5, 6].map((seq) => entry({ seq })));
    assert.deepEqual(
      ring.latest().map(({ seq }) => seq),
      [6, 5, 4, 3],
    );
  });

  test('leaves out what is too old', () => {
    const ring = new Ring(10);
    ring.push(entry({ seq: 1, atMs: 100 }));
    ring.push(entry({ seq: 2, atMs: 200 }));
    assert.deepEqual(
      ring.since(150).map(({ seq }) => seq),
      [2],
    );
  });

  test('that was cleared takes the numbers of another life', () => {
    const ring = new Ring(10);
    ring.push(entry({ seq: 900 }));
    ring.clear();
    ring.push(entry({ seq: 1 }));
    assert.equal(ring.size, 1);
  });
});
