import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatAge, formatClock, formatMs, parseTime } from '../../../src/admin/page/ages.js';

const ages: readonly (readonly [ageMs: number, text: string])[] = [
  [-5000, 'now'],
  [NaN, 'now'],
  [999, 'now'],
  [1000, '1s'],
  [59_999, '59s'],
  [60_000, '1m 00s'],
  [185_000, '3m 05s'],
  [3_600_000, '1h 00m'],
  [8_040_000, '2h 14m'],
  [86_400_000, '1d 0h'],
  [273_600_000, '3d 4h'],
];

describe('an age', () => {
  for (const [ageMs, text] of ages) {
    test(`of ${ageMs} ms is ${text}`, () => assert.equal(formatAge(ageMs), text));
  }
});

test('a time of day has milliseconds', () => {
  assert.equal(formatClock(new Date(2026, 0, 2, 3, 4, 5, 6).getTime()), '03:04:05.006');
});

test('a duration has three digits', () => {
  assert.deepEqual([0.4, 12.34, 123.4, 1500].map(formatMs), [
    '0.40 ms',
    '12.3 ms',
    '123 ms',
    '1.50 s',
  ]);
});

test('a time that is none is null', () => {
  assert.deepEqual([null, undefined, '', 'soon'].map(parseTime), [null, null, null, null]);
  assert.equal(parseTime('1970-01-01T00:00:01.500Z'), 1500);
});
