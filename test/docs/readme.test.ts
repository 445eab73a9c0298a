import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { read, readmeBlock } from './markdown.ts';
import { addCommand, lines, typed, withoutSeconds, workshop } from './workshop.ts';

const LINES_MAX = 180;
const CONFIGURATION_LINES = 15;

/** What `ipvsadm -Sn` prints of a small table. */
const TABLE = `-A -t 192.0.2.10:443 -s wlc
-a -t 192.0.2.10:443 -r 10.0.1.11:443 -g -w 100
-a -t 192.0.2.10:443 -r 10.0.1.12:443 -g -w 100
`;

function folderOf(t: TestContext): string {
  const folder = workshop();
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('the README is read in three minutes', () => {
  const count = lines(read('README.md')).length;
  assert.ok(count <= LINES_MAX, `it has ${count} lines`);
  assert.equal(lines(readmeBlock('## A configuration', 'yaml')).length, CONFIGURATION_LINES);
});

test('the way to an existing LVS ends with what is shown', (t) => {
  const folder = folderOf(t);
  addCommand(folder, 'ipvsadm', `#!/bin/sh\ncat <<'END'\n${TABLE}END\n`);
  const heading = '## Next to an existing LVS';
  const printed = lines(readmeBlock(heading, 'sh')).map((line) => typed(line, folder));
  assert.equal(printed.at(-1), readmeBlock(heading, ''));
});

test('the way to a plugin ends with what is shown', (t) => {
  const folder = folderOf(t);
  const heading = '## Write a plugin';
  const printed = lines(readmeBlock(heading, 'sh')).map((line) => typed(line, folder));
  assert.equal(withoutSeconds(printed.at(-1) ?? ''), withoutSeconds(readmeBlock(heading, '')));
  const written = readFileSync(join(folder, 'spool.ts'), 'utf8');
  assert.ok(written.includes(readmeBlock(heading, 'ts')), written);
});
