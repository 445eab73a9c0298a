import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { loadConfig } from '../../../src/cli/config-file.ts';
import { up, down } from '../../core/fixtures.ts';
import { folder, record } from '../../sinks/journal/harness.ts';

const yaml = (fall: number): string => `
node: lb-a
services:
  web:
    check: { type: tcp, rise: 1, fall: ${fall} }
    real_servers: [10.0.0.1:80]
routes:
  - { prefix: 192.0.2.10/32, when: web, med: 100 }
`;

const { path, remove } = folder();
after(remove);
const journal = join(path, 'journal.jsonl');
const same = join(path, 'same.yaml');
const other = join(path, 'other.yaml');
writeFileSync(same, yaml(1));
writeFileSync(other, yaml(3));

const result = loadConfig(same);
assert.ok(result.ok);
const key = 'web/10.0.0.1:80';
const lines = record(result.config, [up(key, 10), down(key, 500), up(key, 600)], [], () => 0).map(
  (one) => `${JSON.stringify(one)}\n`,
);
// As it is found after a rotation and a crash; one line was damaged by somebody.
writeFileSync(`${journal}.1`, lines.slice(0, 5).join(''));
writeFileSync(journal, `${lines.slice(5).join('')}what?\n{"kind":"turn","atMs":"7"}\n{"kind":"tu`);

function replay(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const args = ['--import', 'tsx', 'src/main.ts', 'replay', ...words];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

describe('routevane replay', () => {
  test('prints the decisions of all files in their order, and counts the lines it skipped', () => {
    const { status, stdout, stderr } = replay(journal, '-c', same);
    assert.equal(status, 0);
    assert.deepEqual(stdout.split('\n'), [
      '1970-01-01T00:00:00.010Z route 192.0.2.10/32 announced next-hop self med 100: web is up',
      '1970-01-01T00:00:00.500Z route 192.0.2.10/32 withdrawn: web is down (0 of 1 servers up: 10.0.0.1:80 refused)',
      '1970-01-01T00:00:00.600Z route 192.0.2.10/32 announced next-hop self med 100: web is up',
      '',
    ]);
    const first = lines.length - 5 + 1;
    assert.deepEqual(stderr.split('\n'), [
      `${journal}:${first}: not a complete line of JSON`,
      `${journal}:${first + 1}: atMs: Invalid input: expected number, received string`,
      '2 lines were skipped',
      '',
    ]);
  });

  test('--diff finds nothing with the same configuration and exits 0', () => {
    const { status, stdout } = replay(journal, '-c', same, '--diff');
    assert.match(stdout, /^routes flapped +1 +1$/mu);
    assert.match(stdout, /^0 differences$/mu);
    assert.equal(status, 0);
  });

  test('--diff shows what another configuration would not have done, and exits 1', () => {
    const { status, stdout, stderr } = replay(journal, '-c', other, '--diff');
    assert.match(stdout, /^- 1970-01-01T00:00:00.500Z route 192.0.2.10\/32 withdrawn: /mu);
    assert.match(stdout, /^routes flapped +1 +0$/mu);
    assert.match(stdout, /^2 differences$/mu);
    assert.match(stderr, /written with another configuration/u);
    assert.equal(status, 1);
  });

  test('refuses what is no journal, and a bad configuration', () => {
    const missing = replay(join(path, 'nothing'), '-c', same);
    assert.equal(missing.status, 1);
    assert.match(missing.stderr, /^routevane: .*nothing: ENOENT/u);
    const bad = join(path, 'bad.yaml');
    appendFileSync(bad, 'nodes: 7\n');
    assert.equal(replay(journal, '-c', bad).status, 78);
    assert.equal(replay('-c', same).status, 2);
  });
});
