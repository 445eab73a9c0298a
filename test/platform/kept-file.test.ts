import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { KeptFile } from '../../src/platform/kept-file.ts';
import { until } from '../e2e/until.ts';

test('what a disk did not take is written when it does, in its newest form, and reported once', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'routevane-kept-'));
  t.after(() => rmSync(folder, { recursive: true }));
  // A file where a folder should be: nothing can be written below it, as on a full disk.
  const below = join(folder, 'below');
  writeFileSync(below, '');
  const failures: string[] = [];
  const file = new KeptFile(join(below, 'kept'), (message) => failures.push(message), 5);
  assert.equal(await file.write(() => 'first'), false);
  assert.equal(await file.write(() => 'second'), false);
  assert.equal(failures.length, 1, failures.join('\n'));
  rmSync(below);
  mkdirSync(below);
  const alive = setInterval(() => undefined, 1000);
  t.after(() => clearInterval(alive));
  const read = (): string | false => {
    try {
      return readFileSync(join(below, 'kept'), 'utf8');
    } catch {
      return false;
    }
  };
  assert.equal(await until(read, 10_000, 'it is written'), 'second');
  assert.equal(await file.write(() => 'third'), true);
  assert.equal(read(), 'third');
  assert.equal(failures.length, 1);
});
