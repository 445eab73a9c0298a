import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { eventsInCode } from './log-events.ts';

const table = readFileSync(new URL('../../config/log-events.md', import.meta.url), 'utf8');
const told = [...table.matchAll(/^\| `(\w+)`/gmu)].map(([, name = '']) => name);

describe('the table of log events', () => {
  test('names every event of the code', () => {
    const known = new Set(told);
    assert.deepEqual(
      [...eventsInCode()].filter((name) => !known.has(name)),
      [],
    );
  });

  test('names no event that the code does not have, and none twice', () => {
    const code = eventsInCode();
    assert.deepEqual(
      told.filter((name, index) => !code.has(name) || told.indexOf(name) !== index),
      [],
    );
  });
});
