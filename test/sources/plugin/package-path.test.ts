import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { packagePath } from '../../../src/sources/plugin/package-path.ts';

let folder = '';

before(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'routevane-packages-')));
});
after(() => rmSync(folder, { recursive: true }));

/** Installs a package of some files; returns the folder of its own. */
function install(name: string, description: object, ...files: readonly string[]): string {
  const root = join(folder, 'node_modules', name);
  for (const file of ['package.json', ...files]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), file === 'package.json' ? JSON.stringify(description) : '');
  }
  return root;
}

test('a package is found by its name, from a folder below as well', () => {
  const root = install('plain', { main: 'it.js' }, 'it.js');
  assert.equal(packagePath('plain', folder), join(root, 'it.js'));
  assert.equal(packagePath('plain', join(folder, 'a/b')), join(root, 'it.js'));
  assert.equal(packagePath('plain/it.js', folder), join(root, 'it.js'));
  assert.equal(packagePath('nowhere', folder), null);
});

test('one that can only be imported is found all the same', () => {
  const ways = {
    '.': { types: './it.d.ts', import: './it.js' },
    './disk': { import: { types: './disk.d.ts', default: './disk.js' } },
  };
  const root = install('@scope/only', { type: 'module', exports: ways }, 'it.js', 'disk.js');
  assert.equal(packagePath('@scope/only', folder), join(root, 'it.js'));
  assert.equal(packagePath('@scope/only/disk', join(folder, 'a/b')), join(root, 'disk.js'));
  const alone = install('alone', { exports: { import: './it.js' } }, 'it.js');
  assert.equal(packagePath('alone', folder), join(alone, 'it.js'));
});

test('one without such a way in says so', () => {
  install('closed', { exports: { './a': './a.js', './b': { browser: './b.js' } } }, 'a.js');
  const error = { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' };
  for (const name of ['closed', 'closed/b', 'closed/c']) {
    assert.throws(() => packagePath(name, folder), error);
  }
});
