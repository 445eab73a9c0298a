import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { of } from 'rxjs';
import { runAsNobody } from '../../platform/as-nobody.ts';
import { writeLinkState } from '../../../src/sources/link/hook-file.ts';
import { fakeInterface } from './fake-sysfs.ts';
import { silentNetlink, temporaryFolder, Watcher } from './lab.ts';

/** A carrier that is there, and a folder of the hook at `dir`. */
function watch(t: TestContext, dir: string): Watcher {
  const sysfs = temporaryFolder(t);
  fakeInterface(sysfs, 'eth0');
  const interfaces = [{ signal: 'uplink', interface: 'eth0' }];
  return new Watcher(t, of({ dir, interfaces }), silentNetlink(sysfs));
}

test('a word that was written before the start is read', (t) => {
  const dir = temporaryFolder(t);
  writeLinkState(dir, 'eth0', 'down');
  assert.deepEqual(watch(t, dir).seen('uplink'), ['down: the state file of ifplugd reports down']);
});

test('each word is read as it comes; temporary files and other interfaces are none', async (t) => {
  const dir = temporaryFolder(t);
  const watcher = watch(t, dir);
  for (let round = 0; round < 3; round += 1) {
    writeLinkState(dir, 'eth0', 'down');
    writeLinkState(dir, 'eth1', 'up');
    writeFileSync(join(dir, '.eth0.1'), 'up\n');
    await watcher.until('uplink', 'down: the state file of ifplugd reports down');
    writeLinkState(dir, 'eth0', 'up');
    await watcher.until('uplink', 'up');
  }
  const fallAndRise = ['down: the state file of ifplugd reports down', 'up'];
  assert.deepEqual(watcher.seen('uplink'), ['up', ...fallAndRise, ...fallAndRise, ...fallAndRise]);
  assert.deepEqual(watcher.notices, []);
});

test('rubbish is lost, and a word after it mends it', async (t) => {
  const dir = temporaryFolder(t);
  const watcher = watch(t, dir);
  writeFileSync(join(dir, 'eth0'), 'banana\x07');
  await watcher.until(
    'uplink',
    'lost: the state file contains neither up nor down: "banana\\u0007"',
  );
  writeLinkState(dir, 'eth0', 'up');
  await watcher.until('uplink', 'up');
  rmSync(join(dir, 'eth0'));
  writeLinkState(dir, 'eth0', 'down');
  await watcher.until('uplink', 'down: the state file of ifplugd reports down');
  rmSync(join(dir, 'eth0'));
  await watcher.until('uplink', 'up');
});

test('a folder that is missing loses the link; once it is made, its words count', async (t) => {
  const dir = join(temporaryFolder(t), 'link');
  const watcher = watch(t, dir);
  assert.deepEqual(watcher.seen('uplink'), [`lost: folder ${dir} is missing`]);
  await watcher.untilNotice('link_folder_unwatched');
  writeLinkState(dir, 'eth0', 'up');
  await watcher.untilNotice('link_folder_watched');
  await watcher.until('uplink', 'up');
  writeLinkState(dir, 'eth0', 'down');
  await watcher.until('uplink', 'down: the state file of ifplugd reports down');
  assert.deepEqual(
    watcher.notices.map((notice) => notice.message),
    [
      `link state files are not watched: folder ${dir} is missing`,
      `link state files in ${dir} are watched`,
    ],
  );
});

test('a folder that is removed is missed, and taken back', async (t) => {
  const dir = join(temporaryFolder(t), 'link');
  writeLinkState(dir, 'eth0', 'up');
  const watcher = watch(t, dir);
  rmSync(dir, { recursive: true });
  await watcher.until('uplink', `lost: folder ${dir} is missing`);
  writeLinkState(dir, 'eth0', 'down');
  await watcher.until('uplink', 'down: the state file of ifplugd reports down');
});

for (const [which, path] of [
  ['a folder', 'link'],
  ['the parent of a folder', '.'],
] as const) {
  test(`${which} that is replaced is watched in its new place`, async (t) => {
    const parent = join(temporaryFolder(t), 'run');
    const dir = join(parent, 'link');
    writeLinkState(dir, 'eth0', 'up');
    const watcher = watch(t, dir);
    renameSync(join(parent, path), `${parent}.old`);
    writeLinkState(dir, 'eth0', 'down');
    await watcher.until('uplink', 'down: the state file of ifplugd reports down');
    await watcher.untilNotice('link_folder_watched');
    writeLinkState(dir, 'eth0', 'up');
    await watcher.until('uplink', 'up');
  });
}

test('for another user than root, a folder that is closed loses the link until it is opened', async (t) => {
  const dir = join(temporaryFolder(t), 'link');
  mkdirSync(dir, { mode: 0o700 });
  chmodSync(join(dir, '..'), 0o755);
  const sysfs = temporaryFolder(t);
  chmodSync(sysfs, 0o755);
  fakeInterface(sysfs, 'eth0');
  const child = await runAsNobody(t, new URL('observe-child.ts', import.meta.url), [dir, sysfs]);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => (await lines.next()).value;
  assert.equal(await next(), `lost: folder ${dir} is not readable (EACCES)`);
  chmodSync(dir, 0o755);
  assert.equal(await next(), 'up');
  writeLinkState(dir, 'eth0', 'down');
  assert.equal(await next(), 'down: the state file of ifplugd reports down');
  chmodSync(join(dir, 'eth0'), 0o600);
  assert.equal(await next(), 'lost: state file is not readable (EACCES)');
});
