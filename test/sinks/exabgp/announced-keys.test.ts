import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, describe, test } from 'node:test';
import { until } from '../../e2e/until.ts';
import { AnnouncedKeys } from '../../../src/sinks/exabgp/announced-keys.ts';

const keys = ['192.0.2.1/32', '2001:db8::1/128#7@10.99.0.2'];

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'routevane-remembered-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

async function opened(stateDir: string | null): Promise<{ file: AnnouncedKeys; told: string[] }> {
  const told: string[] = [];
  const file = new AnnouncedKeys(stateDir, (message) => told.push(message));
  await file.load();
  return { file, told };
}

describe('keys on disk', () => {
  test('are there in the next life, whole, and without anything left beside them', async (t) => {
    const stateDir = join(folder(t), 'made', 'by', 'us');
    const { file } = await opened(stateDir);
    await file.add(keys);
    const again = await opened(stateDir);
    assert.deepEqual([...again.file.keys()], keys);
    again.file.drop([keys[0] ?? '']);
    await again.file.saved();
    assert.deepEqual([...(await opened(stateDir)).file.keys()], [keys[1]]);
    assert.equal(readdirSync(stateDir).length, 1);
  });

  test('many changes at once are written once more, not once each', async (t) => {
    const stateDir = folder(t);
    const { file } = await opened(stateDir);
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
    test(`${what}: told, and counts as empty`, async (t) => {
      const stateDir = folder(t);
      const { file } = await opened(stateDir);
      await file.add(keys);
      const [name = ''] = readdirSync(stateDir);
      writeFileSync(join(stateDir, name), text);
      const again = await opened(stateDir);
      assert.equal(again.told.length, 1);
      assert.equal(again.file.keys().size, 0);
    });

  test('a folder that cannot be is told, and nothing hangs', async (t) => {
    const path = join(folder(t), 'file');
    writeFileSync(path, '');
    const { file, told } = await opened(join(path, 'below'));
    await file.add(keys);
    assert.ok(told.length > 0);
    assert.ok(file.has(keys[0] ?? ''));
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
    const kept = async (): Promise<boolean> =>
      (await opened(stateDir)).file.keys().has(keys[1] ?? '');
    await until(kept, 10_000, 'the keys are on disk');
    assert.deepEqual([...(await opened(stateDir)).file.keys()], [keys[1]]);
  });

  test('without a state directory nothing is written', async () => {
    const { file, told } = await opened(null);
    await file.add(keys);
    assert.deepEqual(told, []);
  });
});
