import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask } from '../../src/cli/admin-client.ts';

test('a file that is not a socket is named as such, and not taken for a daemon that is gone', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'routevane-client-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'admin.sock');
  writeFileSync(file, '');
  assert.deepEqual(await ask(file, '/api/v1/status'), {
    ok: false,
    message: `${file} is not a socket: name the admin socket of the daemon with --socket`,
  });
});
