import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'dist/routevane.js');

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'routevane-start-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** What is said under a Node.js that calls itself `version`. */
function saidUnder(t: TestContext, version: string): ReturnType<typeof spawnSync> {
  const preload = join(folderOf(t), 'version.cjs');
  const versions = `{ ...process.versions, node: ${JSON.stringify(version)} }`;
  writeFileSync(preload, `Object.defineProperty(process, 'versions', { value: ${versions} });`);
  const words = ['--require', preload, program, '--version'];
  return spawnSync(process.execPath, words, { encoding: 'utf8' });
}

describe('the executable', () => {
  for (const version of ['12.22.12', '18.20.8', '20.18.3']) {
    test(`says in one line what it needs, under Node.js ${version}`, (t) => {
      const { status, stdout, stderr } = saidUnder(t, version);
      assert.equal(status, 1);
      assert.equal(stdout, '');
      assert.equal(stderr, `routevane: needs Node.js 20.19 or later, and this is ${version}\n`);
    });
  }

  for (const version of ['20.19.0', '22.0.0', '24.1.0']) {
    test(`starts under Node.js ${version}`, (t) => {
      const { status, stdout } = saidUnder(t, version);
      assert.deepEqual([status, stdout], [0, saidUnder(t, process.versions.node).stdout]);
    });
  }

  test('loads nothing before it has looked: an old Node.js would fail on that', () => {
    assert.doesNotMatch(readFileSync(program, 'utf8'), /^\s*import\s*[\w{*"']|\bawait\b/m);
  });
});

describe('the package', () => {
  const about: {
    readonly engines: { readonly node: string };
    readonly scripts: { readonly prepare: string };
    readonly dependencies: Readonly<Record<string, string>>;
  } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

  test('asks for the Node.js that the executable asks for', () => {
    assert.equal(about.engines.node, '>=20.19');
  });

  test('builds without its development dependencies', () => {
    const build = readFileSync(join(root, 'build.mjs'), 'utf8');
    const imported = [...build.matchAll(/from '([^.:'][^:']*)'/g)].map(([, name = '']) => name);
    assert.ok(imported.includes('esbuild'));
    const missing = [...imported, 'htm', 'uplot'].filter((name) => !(name in about.dependencies));
    assert.deepEqual(missing, []);
  });

  test('installs where it was unpacked, without its sources', (t) => {
    const { status } = spawnSync('sh', ['-c', about.scripts.prepare], { cwd: folderOf(t) });
    assert.equal(status, 0);
  });
});
