import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { causeText, elapsedText, latencyText } from '../../../src/admin/page/wording.js';
import type { ApiCauseFacts } from '../../../src/protocol/api.ts';

const durations: readonly (readonly [ms: number, text: string])[] = [
  [-5000, '0 s'],
  [999, '0 s'],
  [42_000, '42 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [725_000, '12 min 5 s'],
  [3_605_000, '1 h'],
  [8_040_000, '2 h 14 min'],
  [86_400_000, '1 d'],
  [273_600_000, '3 d 4 h'],
];

describe('a duration has two units at most', () => {
  for (const [ms, text] of durations) {
    test(`${ms} ms is ${text}`, () => assert.equal(elapsedText(ms), text));
  }
});

test('a latency has three digits', () => {
  assert.deepEqual([0.4, 12.34, 123.4, 1500].map(latencyText), [
    '0.40 ms',
    '12.3 ms',
    '123 ms',
    '1.50 s',
  ]);
});

const observed = { kind: 'observation', signal: 'tor-a', reason: 'no reply' } as const;
const drained = { kind: 'drain', name: 'web', owner: 'root (uid 0)', reason: 'disks' } as const;

const causes: readonly (readonly [cause: ApiCauseFacts, text: string])[] = [
  [{ ...observed, state: 'down' }, 'tor-a was observed down: no reply'],
  [{ ...observed, state: 'up', reason: '' }, 'tor-a was observed up'],
  [{ ...observed, state: 'lost' }, 'tor-a could not be observed: no reply'],
  [
    { ...drained, change: 'begun', on_behalf_of: 'al' },
    'maintenance of web began (root (uid 0) on behalf of al: disks)',
  ],
  [
    { ...drained, change: 'expired', on_behalf_of: null, reason: '' },
    'maintenance of web expired (root (uid 0))',
  ],
  [{ kind: 'table' }, 'the IPVS table was read'],
];

describe('a cause has one wording', () => {
  for (const [cause, text] of causes) test(text, () => assert.equal(causeText(cause), text));
});
