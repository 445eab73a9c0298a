import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import {
  createFile,
  openRegularFile,
  readRegularFile,
  readRegularFileSync,
  writeFileSafely,
} from '../../src/platform/safe-file.ts';

const secret = 'root:x:0:0\n';

/** A folder with one of everything that is no regular file. */
async function zoo(t: TestContext): Promise<{ dir: string; victim: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'routevane-safe-'));
  const victim = join(dir, 'victim');
  writeFileSync(victim, secret);
  execFileSync('mkfifo', [join(dir, 'fifo')]);
  mkdirSync(join(dir, 'folder'));
  symlinkSync('victim', join(dir, 'link'));
  symlinkSync('nowhere', join(dir, 'dangling'));
  symlinkSync('/dev/zero', join(dir, 'zero'));
  const server = createServer().listen(join(dir, 'socket'));
  await once(server, 'listening');
  t.after(() => {
    server.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return { dir, victim };
}

const kinds = [
  ['fifo', /is a FIFO and not a regular file$/u],
  ['folder', /is a folder and not a regular file$/u],
  ['link', /is a symbolic link and not a regular file$/u],
  ['dangling', /is a symbolic link and not a regular file$/u],
  ['socket', /is a socket and not a regular file$/u],
  ['/dev/zero', /is a device and not a regular file$/u],
] as const;

describe('what is no regular file', () => {
  test('is not read, and nobody waits for it', async (t) => {
    const { dir } = await zoo(t);
    for (const [name, message] of kinds) {
      const path = name.startsWith('/') ? name : join(dir, name);
      assert.throws(() => readRegularFileSync(path, 100), message, name);
      await assert.rejects(readRegularFile(path, 100), message, name);
      await assert.rejects(openRegularFile(path, constants.O_RDWR), message, name);
    }
  });

  test('is not read through a link either, where links may be followed', async (t) => {
    const { dir } = await zoo(t);
    assert.equal(readRegularFileSync(join(dir, 'link'), 100, 'follow').toString(), secret);
    assert.throws(() => readRegularFileSync(join(dir, 'zero'), 100, 'follow'), /is a device/u);
  });

  test('is not replaced by what is written, and keeps its content', async (t) => {
    const { dir, victim } = await zoo(t);
    for (const [name, message] of kinds.filter(([each]) => !each.startsWith('/'))) {
      const path = join(dir, name);
      const { ino } = lstatSync(path);
      await assert.rejects(writeFileSafely(path, 'new'), message, name);
      assert.equal(lstatSync(path).ino, ino);
      await assert.rejects(createFile(path, constants.O_WRONLY), { code: 'EEXIST' }, name);
    }
    assert.equal(readFileSync(victim, 'utf8'), secret);
    assert.ok(!existsSync(join(dir, 'nowhere')));
  });
});

describe('writing', () => {
  test('a link or a FIFO under the temporary name goes, and not what it leads to', async (t) => {
    const { dir, victim } = await zoo(t);
    const path = join(dir, 'made', 'state.json');
    await writeFileSafely(path, 'first');
    symlinkSync(victim, `${path}.tmp`);
    await writeFileSafely(path, 'second');
    execFileSync('mkfifo', [`${path}.tmp`]);
    await writeFileSafely(path, 'third', { mode: 0o600 });
    assert.equal(readFileSync(path, 'utf8'), 'third');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(readFileSync(victim, 'utf8'), secret);
    assert.deepEqual(readdirSync(join(dir, 'made')), ['state.json']);
  });

  test('a folder under the temporary name is an error, and the old text stays', async (t) => {
    const { dir } = await zoo(t);
    const path = join(dir, 'state.json');
    await writeFileSafely(path, 'old');
    mkdirSync(`${path}.tmp`);
    await assert.rejects(writeFileSafely(path, 'new'), { code: 'EISDIR' });
    assert.equal(readFileSync(path, 'utf8'), 'old');
  });
});

describe('reading', () => {
  test('takes a file of the limit, and refuses a larger one', async (t) => {
    const { dir } = await zoo(t);
    const path = join(dir, 'file');
    for (const size of [0, 1, 4096, 10_000]) {
      const text = 'x'.repeat(size);
      writeFileSync(path, text);
      assert.equal(readRegularFileSync(path, 10_000).toString(), text);
      assert.equal(await readRegularFile(path, 10_000), text);
    }
    assert.throws(() => readRegularFileSync(path, 9_999), /more than 9999 bytes/u);
    await assert.rejects(readRegularFile(path, 9_999), /more than 9999 bytes/u);
  });

  test('a file of /proc, which has no size, is read whole', () => {
    const text = readRegularFileSync('/proc/self/status', 1 << 20).toString();
    assert.match(text, /^Name:/u);
    assert.match(text, /\nPid:\t\d+\n/u);
  });
});
