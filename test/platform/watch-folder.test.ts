import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { watchFolder, type FolderEvent } from '../../src/platform/watch-folder.ts';

function temporaryFolder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'routevane-watch-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const patienceMs = 60_000;

/** Resolves once an event holds; rejects with what the watch ends with. */
function event(t: TestContext, path: string, wanted: (event: FolderEvent) => boolean) {
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no such event')), patienceMs);
    t.after(() => clearTimeout(timer));
    const subscription = watchFolder(path).subscribe({
      next: (each) => {
        if (wanted(each)) resolve();
      },
      error: reject,
    });
    t.after(() => subscription.unsubscribe());
  });
}

const never = (): boolean => false;

test('it says when it watches, and then each name that changes', async (t) => {
  const dir = temporaryFolder(t);
  await event(t, dir, (each) => each.kind === 'watching');
  const changed = event(t, dir, (each) => each.kind === 'changed' && each.name === 'new');
  writeFileSync(join(dir, '.new'), '');
  renameSync(join(dir, '.new'), join(dir, 'new'));
  await changed;
});

test('an entry with the name of the folder is a change like another', async (t) => {
  const dir = join(temporaryFolder(t), 'same');
  mkdirSync(dir);
  const changed = event(t, dir, (each) => each.kind === 'changed');
  writeFileSync(join(dir, 'same'), '');
  await changed;
});

test('what is missing cannot be watched', async (t) => {
  await assert.rejects(event(t, join(temporaryFolder(t), 'none'), never), { code: 'ENOENT' });
});

test('it ends where the folder is removed', async (t) => {
  const dir = join(temporaryFolder(t), 'folder');
  mkdirSync(dir);
  const ended = event(t, dir, never);
  rmSync(dir, { recursive: true });
  await assert.rejects(ended, { code: 'ENOENT' });
});

test('it ends where another folder takes the place', async (t) => {
  const dir = join(temporaryFolder(t), 'folder');
  mkdirSync(dir);
  const ended = event(t, dir, never);
  renameSync(dir, `${dir}.old`);
  mkdirSync(dir);
  await assert.rejects(ended, /was replaced/);
});

test('it ends where the parent is moved away and made again', async (t) => {
  const parent = join(temporaryFolder(t), 'parent');
  const dir = join(parent, 'folder');
  mkdirSync(dir, { recursive: true });
  const ended = event(t, dir, never);
  renameSync(parent, `${parent}.old`);
  mkdirSync(dir, { recursive: true });
  await assert.rejects(ended, /was replaced/);
});
