import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { routevaneCommand } from '../e2e/routevane.ts';

/** Nobody's: files of root are not its. */
const UID = 61_234;

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'routevane-writable-'));
  chmodSync(folder, 0o755);
  // The checkout may lie where only its owner may look.
  const [, bundle = ''] = routevaneCommand();
  cpSync(dirname(bundle), join(folder, 'dist'), { recursive: true });
});
beforeEach(() => {
  rmSync(join(folder, 'all'), { recursive: true, force: true });
  mkdirSync(join(folder, 'all'));
});
after(() => rmSync(folder, { recursive: true }));

/** What `check` warns of, run as a user of its own, without the place in the file. */
function warnings(yaml: string): string[] {
  const file = join(folder, 'all.yaml');
  const signals =
    'signals: { a: { type: exec, command: [/bin/true], interval: 1s, timeout: 500ms } }\n';
  const routes = 'routes: [{ prefix: 192.0.2.1/32, when: a }]\n';
  const text = `${signals}${routes}${yaml.replaceAll('DIR', join(folder, 'all'))}\n`;
  writeFileSync(file, text, { mode: 0o644 });
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  // Another user can write no coverage; left out, Node would pass its own on.
  const env = { ...inherited, NODE_V8_COVERAGE: '' };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(folder, 'dist/routevane.js'), 'check', '-c', file],
    {
      uid: UID,
      gid: UID,
      cwd: '/',
      env,
      encoding: 'utf8',
    },
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /: ok: /u);
  return stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^\S+:\d+:\d+ /u, '').replaceAll(join(folder, 'all'), 'DIR'));
}

function own(...paths: readonly string[]): void {
  execFileSync('chown', [`${UID}:${UID}`, ...paths]);
}

const stdio = 'outputs: { exabgp: { via: stdio } }';

describe('check says what run could not write', () => {
  test('nothing where the folders are ours, there or not', () => {
    own(join(folder, 'all'));
    mkdirSync(join(folder, 'all/state'));
    own(join(folder, 'all/state'));
    const yaml = `state_dir: DIR/state\nadmin: { socket: DIR/run/admin.sock }\n${stdio}`;
    assert.deepEqual(warnings(yaml), []);
  });

  test('each folder that is missing and cannot be made, with the line for the unit', () => {
    const yaml = `state_dir: /var/lib/routevane-test/x
admin: { socket: /run/routevane-test/admin.sock }
outputs: { exabgp: { via: stdio }, track_files: { dir: DIR/track } }`;
    assert.deepEqual(
      warnings(yaml).map((line) => line.replace(/\([^)]*\)/u, '()')),
      [
        `state_dir: uid ${UID} cannot make /var/lib/routevane-test/x: permission denied, it belongs to uid 0 (): install -d -o ${UID} /var/lib/routevane-test/x, or StateDirectory=routevane-test in the unit`,
        `admin.socket: uid ${UID} cannot make /run/routevane-test: permission denied, it belongs to uid 0 (): install -d -o ${UID} /run/routevane-test, or RuntimeDirectory=routevane-test in the unit`,
        `outputs.track_files.dir: uid ${UID} cannot make DIR/track: permission denied, it belongs to uid 0 (): install -d -o ${UID} DIR/track`,
      ],
    );
  });

  test('files that another user left in the state, and a file where a folder should be', () => {
    mkdirSync(join(folder, 'all/state'));
    own(join(folder, 'all/state'));
    writeFileSync(join(folder, 'all/state/journal.jsonl'), '', { mode: 0o600 });
    writeFileSync(join(folder, 'all/file'), '', { mode: 0o666 });
    const yaml = `state_dir: DIR/state\nadmin: { socket: DIR/file/admin.sock }\n${stdio}`;
    assert.deepEqual(warnings(yaml), [
      `state_dir: uid ${UID} cannot read and write DIR/state/journal.jsonl: chown -R ${UID} DIR/state`,
      'admin.socket: DIR/file is not a folder: give another path, or move it away',
    ]);
  });

  test('pipes of another user; those that are not there yet are waited for', () => {
    const yaml = 'outputs: { exabgp: { via: pipe, in: DIR/in, out: DIR/out } }';
    assert.deepEqual(warnings(yaml), []);
    execFileSync('mkfifo', ['-m', '644', join(folder, 'all/in'), join(folder, 'all/out')]);
    const why =
      'permission denied, it belongs to uid 0: start routevane as the user that ExaBGP runs as';
    assert.deepEqual(warnings(yaml), [
      `outputs.exabgp.in: uid ${UID} cannot open DIR/in: ${why}`,
      `outputs.exabgp.out: uid ${UID} cannot open DIR/out: ${why}`,
    ]);
  });

  test('a socket of another user in a folder like /tmp', () => {
    chmodSync(join(folder, 'all'), 0o1777);
    writeFileSync(join(folder, 'all/admin.sock'), '');
    assert.deepEqual(warnings(`admin: { socket: DIR/admin.sock }\n${stdio}`), [
      `admin.socket: uid ${UID} cannot replace DIR/admin.sock: it is another user's: remove it`,
    ]);
  });
});
