import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notice } from '../../src/model/notice.ts';
import { Trouble } from '../../src/sources/trouble.ts';

test('a trouble is reported when it begins, when its cause changes, and when it is over', () => {
  const notices: Notice[] = [];
  const trouble = new Trouble((notice) => notices.push(notice), 'lost', 'back');
  trouble.over('it works');
  for (const cause of ['refused', 'refused', 'time-out']) trouble.begin(cause);
  trouble.over('it works');
  trouble.over('it works');
  assert.deepEqual(
    notices.map(({ event, message }) => `${event}: ${message}`),
    ['lost: refused', 'lost: time-out', 'back: it works'],
  );
});

test('one that flaps is reported five times a minute, its end only where its begin was', () => {
  const notices: Notice[] = [];
  const trouble = new Trouble((notice) => notices.push(notice), 'lost', 'back');
  for (let time = 0; time < 50; time += 1) {
    trouble.begin('refused');
    trouble.over('it works');
  }
  const events = notices.map(({ event }) => event);
  assert.deepEqual(events, Array.from({ length: 5 }, () => ['lost', 'back']).flat());
});
