import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const fixtures = join(root, 'test/fixtures/plugins');
let folder = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'routevane-plugin-cli-'));
});
after(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function node(words: readonly string[]): Ended {
  // Or a test runner below us would report to the one above.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8', env });
}

/** The bundle, as an operator starts it: far from the sources. */
function routevane(...words: readonly string[]): Ended {
  return node([join(root, 'dist/routevane.js'), ...words]);
}

describe('routevane plugin test', () => {
  test('prints what a plugin observes, with the time', () => {
    cpSync(join(fixtures, 'steady.ts'), join(folder, 'steady.ts'));
    const options = JSON.stringify({ state: 'down', everyMs: 50 });
    const words = ['test', './steady.ts', '--options', options, '--for', '1s'];
    const { status, stdout } = routevane('plugin', ...words, '--server', '10.0.0.1:443');
    assert.equal(status, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.ok(lines.length > 2);
    for (const line of lines)
      assert.match(line, /^ *[0-9.]+ s {2}down: 10\.0\.0\.1 port 443 \(thread \d+\)$/);
  });

  test('warns of what would be lost, and fails', () => {
    const words = ['test', join(fixtures, 'throws.mjs'), '--options', '{"how":"throw"}'];
    const { status, stdout, stderr } = routevane('plugin', ...words);
    assert.equal(status, 1);
    assert.match(stdout, /^ *[0-9.]+ s {2}up\n$/);
    assert.match(
      stderr,
      /lost: the plugin threw an error: boom in observe \(throws\.mjs:8\); the daemon would start it again\n$/,
    );
  });

  test('does not say of a syntax error that a start would help', () => {
    writeFileSync(join(folder, 'broken.ts'), 'export default {\n  name: ,\n};\n');
    const { status, stderr } = routevane('plugin', 'test', './broken.ts');
    assert.equal(status, 1);
    assert.match(stderr, /does not start: .*broken\.ts:2:8/);
    assert.doesNotMatch(stderr, /again/);
  });

  test('says what is wrong with its words in one line', () => {
    const tries = [
      routevane('plugin', 'tset', 'x.ts'),
      routevane('plugin', 'test', './x.ts', '--options', '{'),
      routevane('plugin', 'test', './x.ts', '--for', '10'),
      routevane('plugin', 'test', './x.ts', '--server', 'web'),
      routevane('plugin', 'new', 'a/b'),
    ];
    for (const { status, stderr } of tries) {
      assert.equal(status, 2);
      assert.match(stderr, /^routevane: plugin.*\n$/);
    }
  });
});

test('what routevane plugin new writes passes as it is', () => {
  const { status, stdout } = routevane('plugin', 'new', 'marker');
  assert.equal(status, 0);
  assert.deepEqual(stdout.split('\n'), [
    'marker.ts',
    'marker.test.ts',
    'marker.yaml',
    'tsconfig.json',
    '',
  ]);

  const again = routevane('plugin', 'new', 'marker');
  assert.equal(again.status, 1);
  const names = 'marker.ts, marker.test.ts, marker.yaml';
  assert.equal(
    again.stderr,
    `routevane: plugin new: ${names}: there already; nothing was written\n`,
  );
  rmSync(join(folder, 'marker.ts'));
  assert.equal(routevane('plugin', 'new', 'marker').status, 1);
  assert.ok(!existsSync(join(folder, 'marker.ts')));
  for (const file of ['marker.test.ts', 'marker.yaml']) rmSync(join(folder, file));
  assert.equal(routevane('plugin', 'new', 'marker').status, 0);

  const checked = routevane('check', '-c', 'marker.yaml');
  const holds = 'up to 64 file descriptors, 1 signal, 0 services, 0 real servers, 0 routes';
  assert.equal(checked.stdout, `marker.yaml: ok: ${holds}\n`);

  const tested = node(['--import', 'tsx', '--test', 'marker.test.ts']);
  assert.equal(tested.status, 0, tested.stdout);
  assert.match(tested.stdout, /# pass 2/);

  // With the types of the package.
  const tsc = join(root, 'node_modules/.bin/tsc');
  for (const file of ['steady.ts', 'broken.ts']) rmSync(join(folder, file), { force: true });
  const compiled = spawnSync(tsc, ['-p', '.'], { cwd: folder, encoding: 'utf8' });
  assert.equal(compiled.status, 0, compiled.stdout);
});

test('routevane check reports faulty options at their line', () => {
  cpSync(join(fixtures, 'steady.ts'), join(folder, 'steady.ts'));
  writeFileSync(
    join(folder, 'faulty.yaml'),
    `signals:
  a:
    type: plugin
    module: ./steady.ts
    options:
      state: upp
      everyMs: 10
  b: { type: plugin, module: ./nowhere.ts }
services:
  web:
    check: { type: plugin, module: ./steady.ts, options: { everyMs: 0 } }
    real_servers:
      - 10.0.0.1:443
      - 10.0.0.2:443
      - { address: 10.0.0.3:443, check: { options: { percent: lots } } }
`,
  );
  const { status, stdout, stderr } = routevane('check', '-c', 'faulty.yaml');
  assert.equal(status, 78);
  assert.equal(stdout, '');
  const [state, missing, every, percent, ...rest] = stderr.trimEnd().split('\n');
  assert.match(state ?? '', /^faulty\.yaml:6:14 signals\.a\.options\.state: Invalid option/);
  assert.match(
    missing ?? '',
    /^faulty\.yaml:8:30 signals\.b\.module: the plugin file [^ ]+ does not exist/,
  );
  assert.match(
    every ?? '',
    /^faulty\.yaml:11:69 services\.web\.check\.options\.everyMs: Too small/,
  );
  assert.match(percent ?? '', /^faulty\.yaml:15:63 .*real_servers\[2\]\.check\.options\.percent: /);
  assert.deepEqual(rest, []);
});
