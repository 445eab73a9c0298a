import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { formatProblem } from '../../src/config/problems.ts';
import { readConfig } from '../../src/config/read.ts';

const folder = new URL('../fixtures/config/', import.meta.url);
const files = readdirSync(folder);
const cases = files.filter((file) => file.endsWith('.yaml'));

describe('each faulty file is refused with exactly the text beside it', () => {
  for (const file of cases) {
    test(file, () => {
      const result = readConfig({
        file,
        folder: '/etc/routevane',
        bytes: readFileSync(new URL(file, folder)),
        hostname: 'lb-a',
      });
      assert.equal(result.ok, false);
      const text = result.problems.map((problem) => `${formatProblem(problem)}\n`).join('');
      assert.equal(text, readFileSync(new URL(file.replace('.yaml', '.txt'), folder), 'utf8'));
    });
  }
});

test('no fixture stands alone', () => {
  const pairs = cases.flatMap((file) => [file, file.replace('.yaml', '.txt')]);
  assert.deepEqual(files.toSorted(), pairs.toSorted());
});
