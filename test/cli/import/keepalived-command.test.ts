import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { accepted } from '../../config/read.ts';

const program = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

function run(...words: readonly string[]): SpawnSyncReturns<string> {
  const options = ['--import', 'tsx', program, 'import', ...words];
  return spawnSync(process.execPath, options, { encoding: 'utf8' });
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'import-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('import keepalived, as a command', () => {
  test('reads for a config-id, follows includes and names places by file and line', (t) => {
    const folder = folderOf(t);
    const file = join(folder, 'main.conf');
    const other = join(folder, 'web.conf');
    const server = 'real_server 10.0.0.1 80 { TCP_CHECK { } }';
    writeFileSync(file, 'include web.conf\nfoo\n');
    writeFileSync(
      other,
      `virtual_server 192.0.2.1 80 {\nprotocol TCP\n${server}\n@a quorum 1\nbar\n}\n`,
    );
    const { status, stdout, stderr } = run('keepalived', '--config-id', 'b', file);
    assert.equal(status, 0, stderr);
    assert.equal(accepted(stdout).config.services.length, 1);
    assert.ok(
      stderr.includes(`\n${other}:4: @a quorum 1: left out, it is for the config-id a\n`),
      stderr,
    );
    assert.ok(stderr.includes(`\n${other}:5: bar: left out\n`), stderr);
    assert.ok(stderr.includes(`\n${file}:2: foo: left out\n`), stderr);
    assert.ok(stdout.includes(`# ${other}, line 5: bar: left out\n`), stdout);
  });

  test('an option of keepalived alone is refused elsewhere', () => {
    const { status, stderr } = run('ipvs', '--config-id', 'b', '/dev/null');
    assert.equal(status, 2);
    assert.match(stderr, /import ipvs: --config-id is for keepalived only/u);
  });
});
