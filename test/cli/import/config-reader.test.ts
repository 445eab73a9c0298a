import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { configReader } from '../../../src/cli/import/config-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'routevane-'));
after(() => rmSync(folder, { recursive: true }));

test('what --config names is read from the folder of the imported file; nothing but files is', () => {
  writeFileSync(join(folder, 'hc.conf'), 'debug\n');
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const read = configReader(join(folder, 'exabgp.conf'));
  assert.deepEqual(read('hc.conf'), { ok: true, text: 'debug\n' });
  assert.deepEqual(read(join(folder, 'hc.conf')), { ok: true, text: 'debug\n' });
  assert.deepEqual(read('pipe'), { ok: false, reason: 'it is no regular file' });
  assert.equal(read('gone.conf').ok, false);
  assert.equal(read('-').ok, false);
});
