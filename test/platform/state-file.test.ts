import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, mock, test, type TestContext } from 'node:test';
import { assert as holds, asyncProperty, array, jsonValue } from 'fast-check';
import { StateFile, type StateFileOptions } from '../../src/platform/state-file.ts';
import { until } from '../e2e/until.ts';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'routevane-state-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function stateFile(path: string, options: Partial<StateFileOptions<unknown>> = {}) {
  const said: string[] = [];
  const file = new StateFile<unknown>({
    path,
    maxBytes: 1000,
    parse: JSON.parse,
    failed: (message) => said.push(message),
    recovered: (message) => said.push(message),
    retryMs: 5,
    ...options,
  });
  return { file, said };
}

/** A file where a folder should be: nothing can be written below it, as on a full disk. */
function refusing(t: TestContext): { below: string; path: string } {
  const below = join(temporaryFolder(t), 'below');
  writeFileSync(below, '');
  return { below, path: join(below, 'state') };
}

describe('a state file', () => {
  test('that is not there is missing, and one that was saved is loaded', async (t) => {
    const { file } = stateFile(join(temporaryFolder(t), 'below', 'state.json'));
    assert.deepEqual(file.load(), { kind: 'missing' });
    assert.equal(await file.save(() => '{"a":1}'), true);
    assert.deepEqual(file.load(), { kind: 'loaded', value: { a: 1 } });
  });

  test('that is damaged or too large is set aside, and the next write does not touch it', async (t) => {
    for (const text of ['{"a":', '', '\0', `"${'x'.repeat(1000)}"`]) {
      const path = join(temporaryFolder(t), 'state.json');
      writeFileSync(path, text);
      const { file } = stateFile(path);
      const loaded = file.load();
      assert.ok(loaded.kind === 'damaged', loaded.kind);
      assert.ok(loaded.message.startsWith(`${path} cannot be used (`), loaded.message);
      assert.ok(loaded.message.endsWith(`): moved to ${path}.damaged`), loaded.message);
      assert.deepEqual(file.load(), { kind: 'missing' });
      await file.save(() => '1');
      assert.equal(readFileSync(`${path}.damaged`, 'utf8'), text);
      assert.deepEqual(file.load(), { kind: 'loaded', value: 1 });
    }
  });

  test('the newest damaged one replaces an older one', (t) => {
    const path = join(temporaryFolder(t), 'state.json');
    for (const text of ['first', 'second']) {
      writeFileSync(path, text);
      assert.equal(stateFile(path).file.load().kind, 'damaged');
    }
    assert.equal(readFileSync(`${path}.damaged`, 'utf8'), 'second');
  });

  test('that is no regular file is not read, and what a link leads to is not touched', async (t) => {
    const folder = temporaryFolder(t);
    const [path, other] = [join(folder, 'state.json'), join(folder, 'other')];
    writeFileSync(other, '"secret"');
    symlinkSync(other, path);
    const { file } = stateFile(path);
    assert.equal(file.load().kind, 'damaged');
    assert.equal(await file.save(() => '2'), true);
    assert.equal(readFileSync(other, 'utf8'), '"secret"');
  });

  test('that can neither be used nor moved says both', (t) => {
    const path = join(temporaryFolder(t), 'state.json');
    writeFileSync(path, 'bad');
    mkdirSync(join(`${path}.damaged`, 'full'), { recursive: true });
    const loaded = stateFile(path).file.load();
    assert.ok(loaded.kind === 'damaged');
    assert.match(loaded.message, /cannot be used \(.*\) and cannot be moved to .*\.damaged: /u);
  });
});

describe('a write that the disk refuses', () => {
  test('is reported once, and repeated until it succeeds, with the newest text', async (t) => {
    const { below, path } = refusing(t);
    const { file, said } = stateFile(path);
    assert.equal(await file.save(() => '1'), false);
    assert.equal(await file.save(() => '2'), false);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /^cannot write .*: /u);
    rmSync(below);
    const alive = setInterval(() => undefined, 1000);
    t.after(() => clearInterval(alive));
    await until(() => said.length === 2, 10_000, 'it is written');
    assert.equal(said[1], `${path} is written again`);
    assert.equal(readFileSync(path, 'utf8'), '2');
    assert.equal(await file.save(() => '3'), true);
    assert.equal(said.length, 2);
  });

  test('is not repeated after the close', async (t) => {
    mock.timers.enable({ apis: ['setTimeout'] });
    t.after(() => mock.timers.reset());
    const { below, path } = refusing(t);
    const { file } = stateFile(path);
    const attempt = file.save(() => '1');
    file.close();
    assert.equal(await attempt, false);
    rmSync(below);
    mock.timers.tick(60_000);
    await file.settled();
    assert.deepEqual(file.load(), { kind: 'missing' });
  });
});

test('property: whatever is saved how fast, the last is on the disk, and few writes do it', async (t) => {
  const path = join(temporaryFolder(t), 'state.json');
  await holds(
    asyncProperty(array(jsonValue(), { minLength: 1, maxLength: 20 }), async (values) => {
      const { file } = stateFile(path, { maxBytes: 1 << 20, isDurable: false });
      let writes = 0;
      const results = values.map((value) =>
        file.save(() => {
          writes += 1;
          return JSON.stringify(value);
        }),
      );
      assert.equal(file.isWriting, true);
      assert.ok((await Promise.all(results)).every(Boolean));
      assert.equal(file.isWriting, false);
      assert.equal(writes, 1);
      const last: unknown = JSON.parse(JSON.stringify(values.at(-1)));
      assert.deepEqual(file.load(), { kind: 'loaded', value: last });
    }),
    { numRuns: 50 },
  );
});
