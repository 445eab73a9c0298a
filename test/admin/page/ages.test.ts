import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatClock, parseTime } from '../../../src/admin/page/ages.js';

test('a time of day has milliseconds', () => {
  assert.equal(formatClock(new Date(2026, 0, 2, 3, 4, 5, 6).getTime()), '03:04:05.006');
});

test('a time that is none is null', () => {
  assert.deepEqual([null, undefined, '', 'soon'].map(parseTime), [null, null, null, null]);
  assert.equal(parseTime('1970-01-01T00:00:01.500Z'), 1500);
});
