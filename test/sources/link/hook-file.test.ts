import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { isInterfaceName } from '../../../src/sources/link/interface-name.ts';
import {
  folderProblem,
  readStateFile,
  writeLinkState,
} from '../../../src/sources/link/hook-file.ts';
import { temporaryFolder } from './lab.ts';

const refused = (what: string) => ({ kind: 'bad', reason: `state file is ${what}` });

describe('reading', () => {
  for (const [content, state] of [
    ['up', 'up'],
    ['up\n', 'up'],
    ['down', 'down'],
    ['down\n', 'down'],
  ] as const) {
    test(`${JSON.stringify(content)} is ${state}`, (t) => {
      const dir = temporaryFolder(t);
      writeFileSync(join(dir, 'eth0'), content);
      assert.deepEqual(readStateFile(dir, 'eth0'), { kind: 'written', state });
    });
  }

  for (const [content, shown] of [
    ['', '""'],
    ['UP', '"UP"'],
    ['up\n\n', '"up\\n\\n"'],
    ['up down', '"up down"'],
    ['\x1b[2Jup\0', '"\\u001b[2Jup\\u0000"'],
    ['\xff\x7f\x9b', '"\\xff\\x7f\\x9b"'],
    ['x'.repeat(1_000_000), `"${'x'.repeat(24)}…"`],
  ] as const) {
    test(`${JSON.stringify(content.slice(0, 20))} is rubbish, and shown in a harmless way`, (t) => {
      const dir = temporaryFolder(t);
      writeFileSync(join(dir, 'eth0'), content, 'latin1');
      const reason = `the state file contains neither up nor down: ${shown}`;
      assert.deepEqual(readStateFile(dir, 'eth0'), { kind: 'bad', reason });
    });
  }

  test('property: a reason is one short printable line', (t) => {
    const dir = temporaryFolder(t);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        writeFileSync(join(dir, 'eth0'), bytes);
        const file = readStateFile(dir, 'eth0');
        if (file.kind === 'bad') assert.match(file.reason, /^[ -~…]{1,200}$/);
      }),
    );
  });

  test('no file is no word', (t) => {
    assert.deepEqual(readStateFile(temporaryFolder(t), 'eth0'), { kind: 'none' });
  });

  test('what is no file is said so, and a pipe that nobody writes stops nothing', (t) => {
    const dir = temporaryFolder(t);
    execFileSync('mkfifo', [join(dir, 'pipe0')]);
    mkdirSync(join(dir, 'folder0'));
    symlinkSync('loop0', join(dir, 'loop0'));
    assert.deepEqual(readStateFile(dir, 'pipe0'), refused('a FIFO'));
    assert.deepEqual(readStateFile(dir, 'folder0'), refused('a folder'));
    assert.deepEqual(readStateFile(dir, 'loop0'), refused('a symbolic link'));
    writeFileSync(join(dir, 'other'), 'up');
    symlinkSync('other', join(dir, 'link0'));
    assert.deepEqual(readStateFile(dir, 'link0'), refused('a symbolic link'));
    symlinkSync('/dev/zero', join(dir, 'zero0'));
    assert.deepEqual(readStateFile(dir, 'zero0'), refused('a symbolic link'));
  });

  test('a folder that cannot be read has a name for its problem', (t) => {
    const dir = temporaryFolder(t);
    writeFileSync(join(dir, 'file'), '');
    assert.equal(folderProblem(dir), null);
    assert.equal(folderProblem(join(dir, 'none')), `folder ${dir}/none is missing`);
    assert.equal(folderProblem(join(dir, 'file')), `folder ${dir}/file is not a folder`);
    assert.equal(
      folderProblem(join(dir, 'file', 'x')),
      `folder ${dir}/file/x is not readable (ENOTDIR)`,
    );
  });
});

describe('writing', () => {
  test('the word is there, for everyone to read, and nothing else', (t) => {
    const dir = join(temporaryFolder(t), 'made', 'here');
    const before = process.umask(0o077);
    t.after(() => process.umask(before));
    assert.equal(writeLinkState(dir, 'eth0', 'down'), null);
    assert.deepEqual(readStateFile(dir, 'eth0'), { kind: 'written', state: 'down' });
    assert.equal(writeLinkState(dir, 'eth0', 'up'), null);
    assert.deepEqual(readStateFile(dir, 'eth0'), { kind: 'written', state: 'up' });
    assert.deepEqual(readdirSync(dir), ['eth0']);
    assert.equal(statSync(join(dir, 'eth0')).mode & 0o777, 0o644);
    assert.equal(statSync(dir).mode & 0o777, 0o755);
  });

  test('names and states that are none are refused, and nothing is written', (t) => {
    const dir = temporaryFolder(t);
    for (const name of ['', '.', '..', '../x', 'a/b', 'a b', 'a\n', 'a:b', '.x', 'a'.repeat(16)]) {
      assert.match(writeLinkState(dir, name, 'up') ?? '', /is not the name of an interface$/);
    }
    assert.equal(writeLinkState(dir, 'eth0', 'sideways'), 'the state must be up or down');
    assert.deepEqual(readdirSync(dir), []);
  });

  test('what cannot be written is said, and leaves nothing behind', (t) => {
    const dir = temporaryFolder(t);
    mkdirSync(join(dir, 'eth0'));
    assert.match(writeLinkState(dir, 'eth0', 'up') ?? '', /^cannot write .*\(EISDIR\)$/);
    assert.deepEqual(readdirSync(dir), ['eth0']);
    writeFileSync(join(dir, 'file'), '');
    assert.match(writeLinkState(join(dir, 'file'), 'eth0', 'up') ?? '', /EEXIST|ENOTDIR/);
  });
});

test('names of interfaces', () => {
  for (const good of ['eth0', 'eth0.100', 'br-lan', 'wl@x', '-', 'a'.repeat(15)]) {
    assert.ok(isInterfaceName(good), good);
  }
  for (const wrong of ['', '.', '..', '.x', 'a/b', 'a b', 'a\0', 'é', 'a:1', 'a'.repeat(16)]) {
    assert.ok(!isInterfaceName(wrong), wrong);
  }
});
