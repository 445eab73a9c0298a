import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Deadlines, type Due } from '../../src/core/deadlines.ts';

test('deadlines come out in order, moved ones at their new time, removed ones never', () => {
  const operation = fc.tuple(fc.nat(31), fc.option(fc.nat(100), { nil: Infinity, freq: 2 }));
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 400, size: 'max' }), (operations) => {
      const items: readonly Due[] = Array.from({ length: 32 }, () => ({ slot: -1 }));
      const deadlines = new Deadlines<Due>();
      const expected = new Map<Due, number>();
      for (const [index, atMs] of operations) {
        const item = items[index] ?? assert.fail();
        deadlines.set(item, atMs);
        if (atMs === Infinity) expected.delete(item);
        else expected.set(item, atMs);
        assert.equal(deadlines.nextMs, Math.min(Infinity, ...expected.values()));
      }
      assert.equal(deadlines.size, expected.size);
      while (deadlines.size > 0) {
        const atMs = deadlines.nextMs;
        assert.equal(deadlines.popDue(atMs - 1), null);
        const item = deadlines.popDue(atMs) ?? assert.fail();
        assert.equal(expected.get(item), atMs);
        assert.equal(item.slot, -1);
        expected.delete(item);
      }
      assert.equal(expected.size, 0);
    }),
  );
});
