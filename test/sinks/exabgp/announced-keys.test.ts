import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, describe, test } from 'node:test';
import { until } from '../../e2e/until.ts';
import { AnnouncedKeys } from '../../../src/sinks/exabgp/announced-keys.ts';

const keys = ['192.0.2.1/32', '2001:db8::1/128#7@10.99.0.2'];

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'routevane-keys-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

function opened(stateDir: string | null): { file: AnnouncedKeys; failures: string[] } {
  const failures: string[] = [];
  const file = new AnnouncedKeys(stateDir, (message) => failures.push(message));
  file.load();
  return { file, failures };
}

describe('keys on disk', () => {
  test('are there after a restart, whole, and without a temporary file left', async (t) => {
    const stateDir = join(folder(t), 'made', 'by', 'us');
    const { file } = opened(stateDir);
    await file.add(keys);
    const again = opened(stateDir);
    assert.deepEqual([...again.file.keys()], keys);
    again.file.drop([keys[0] ?? '']);
    await again.file.saved();
    assert.deepEqual([...opened(stateDir).file.keys()], [keys[1]]);
    assert.equal(readdirSync(stateDir).length, 1);
  });

  test('many changes at once are written once more, not once each', async (t) => {
    const stateDir = folder(t);
    const { file } = opened(stateDir);
    const all = Array.from({ length: 50 }, (_, i) => `192.0.2.${i}/32`);
    await Promise.all(all.map((key) => file.add([key])));
    await file.saved();
    const [name = ''] = readdirSync(stateDir);
    assert.equal(JSON.parse(readFileSync(join(stateDir, name), 'utf8')).announced.length, 50);
  });

  for (const [what, text] of [
    ['no JSON', '{"announced":'],
    ['no list', '{"announced":7}'],
    ['a key that is none', '{"announced":["192.0.2.1/32\\nshutdown"]}'],
  ] as const)
    test(`${what}: is reported, set aside and counts as empty`, async (t) => {
      const stateDir = folder(t);
      const { file } = opened(stateDir);
      await file.add(keys);
      const [name = ''] = readdirSync(stateDir);
      writeFileSync(join(stateDir, name), text);
      const again = opened(stateDir);
      assert.equal(again.failures.length, 1);
      assert.match(again.failures[0] ?? '', /moved to .*\.damaged$/u);
      assert.equal(again.file.keys().size, 0);
      await again.file.add(keys.slice(0, 1));
      assert.equal(readFileSync(join(stateDir, `${name}.damaged`), 'utf8'), text);
      assert.deepEqual([...opened(stateDir).file.keys()], keys.slice(0, 1));
    });

  test('a folder that cannot be created is reported, and nothing hangs', async (t) => {
    const path = join(folder(t), 'file');
    writeFileSync(path, '');
    const { file, failures } = opened(join(path, 'below'));
    await file.add(keys);
    assert.ok(failures.length > 0);
    assert.ok(file.keys().has(keys[0] ?? ''));
  });

  test('a disk that was full has the newest keys soon after it is not', async (t) => {
    const stateDir = join(folder(t), 'state');
    writeFileSync(stateDir, '');
    const file = new AnnouncedKeys(stateDir, () => undefined, 5);
    await file.add(keys);
    file.drop([keys[0] ?? '']);
    await file.saved();
    rmSync(stateDir);
    const alive = setInterval(() => undefined, 1000);
    t.after(() => clearInterval(alive));
    const isKept = (): boolean =>
      opened(stateDir)
        .file.keys()
        .has(keys[1] ?? '');
    await until(isKept, 10_000, 'the keys are on disk');
    assert.deepEqual([...opened(stateDir).file.keys()], [keys[1]]);
  });

  test('without a state directory nothing is written', async () => {
    const { file, failures } = opened(null);
    await file.add(keys);
    assert.deepEqual(failures, []);
  });
});
