import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { RotatingFile } from '../../src/platform/rotating-file.ts';

const line = Buffer.from(`${'x'.repeat(999)}\n`);

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'rotating-'));
}

describe('a rotating file', () => {
  test('has nothing but whole pieces after the disk was full, and goes on when there is room', async () => {
    const path = folder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', path]);
    try {
      const file = new RotatingFile(join(path, 'f'), { fileMaxBytes: 1e9, filesMax: 2 });
      let appended = 0;
      await assert.rejects(
        async () => {
          for (; appended < 100; appended += 1) await file.append(line);
        },
        { code: 'ENOSPC' },
      );
      assert.ok(appended > 10);
      assert.equal(readFileSync(join(path, 'f')).length, appended * line.length);
      await assert.rejects(file.append(line), { code: 'ENOSPC' });
      execFileSync('mount', ['-o', 'remount,size=64k', path]);
      await file.append(line);
      assert.equal(readFileSync(join(path, 'f')).length, (appended + 1) * line.length);
      await file.close();
    } finally {
      execFileSync('umount', ['-l', path]);
      rmSync(path, { recursive: true });
    }
  });

  test('keeps so many files and removes the oldest', async () => {
    const path = folder();
    const file = new RotatingFile(join(path, 'f'), { fileMaxBytes: 2000, filesMax: 3 });
    for (let n = 0; n < 20; n += 1) {
      await file.append(Buffer.from(`${n} ${line.toString()}`));
      if (file.isFull) await file.rotate();
    }
    await file.append(line);
    await file.close();
    assert.deepEqual(readdirSync(path).toSorted(), ['f', 'f.1', 'f.2']);
    assert.match(readFileSync(join(path, 'f.1'), 'utf8'), /^18 [^]*\n19 /u);
    assert.match(readFileSync(join(path, 'f.2'), 'utf8'), /^16 [^]*\n17 /u);
    rmSync(path, { recursive: true });
  });

  test('goes on with a file that is there, after its half line', async () => {
    const path = folder();
    writeFileSync(join(path, 'f'), 'half');
    const file = new RotatingFile(join(path, 'f'), { fileMaxBytes: 8, filesMax: 3 });
    await file.append(Buffer.from('a\n'));
    assert.equal(readFileSync(join(path, 'f'), 'utf8'), 'half\na\n');
    // What was there counts: 7 bytes are not 8.
    assert.equal(file.isFull, false);
    await file.append(Buffer.from('b\n'));
    assert.equal(file.isFull, true);
    await file.close();
    rmSync(path, { recursive: true });
  });
});

describe('what has the place of a rotating file', () => {
  test('and is a link, a FIFO or a device gets nothing, and nobody waits for it', async () => {
    const path = folder();
    writeFileSync(join(path, 'victim'), 'precious');
    symlinkSync('victim', join(path, 'link'));
    symlinkSync('nowhere', join(path, 'dangling'));
    execFileSync('mkfifo', [join(path, 'fifo')]);
    for (const [name, kind] of [
      ['link', 'a symbolic link'],
      ['dangling', 'a symbolic link'],
      ['fifo', 'a FIFO'],
    ] as const) {
      const file = new RotatingFile(join(path, name), { fileMaxBytes: 1e9, filesMax: 2 });
      await assert.rejects(file.append(line), {
        message: `${join(path, name)} is ${kind} and not a regular file`,
      });
      await file.close();
    }
    assert.equal(readFileSync(join(path, 'victim'), 'utf8'), 'precious');
    assert.ok(!readdirSync(path).includes('nowhere'));
    rmSync(path, { recursive: true });
  });
});
