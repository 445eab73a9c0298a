import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

test('whatever plugins print, nothing but our own lines reaches stdout', async () => {
  const child = fileURLToPath(new URL('prints-child.ts', import.meta.url));
  const words = ['--import', 'tsx', child];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, words);
  const ours = 'announce route 198.51.100.10/32 next-hop self\n';
  assert.equal(stdout, ours.repeat(Number(stderr)));
  assert.ok(Number(stderr) > 3);
});
