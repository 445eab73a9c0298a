import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as api from '../../src/ovsdb-client/index.ts';
import { ovs, startServer, vswitchSchema } from './server.ts';

const source = new URL('../../src/ovsdb-client/', import.meta.url);
const readme = await readFile(new URL('README.md', source), 'utf8');

test('the example does what it says', async () => {
  const server = await startServer({ schema: vswitchSchema });
  const dir = await mkdtemp(join(tmpdir(), 'ovsdb-readme-'));
  const vsctl = async (...words: readonly string[]): Promise<string> =>
    ovs('ovs-vsctl', `--db=${server.remote}`, '--no-wait', ...words);
  await vsctl('init', '--', 'add-br', 'br0');

  const [, example = ''] = /```ts\n([^]*?)```/u.exec(readme) ?? [];
  assert.equal(example.trim().split('\n').length, 11);
  const program = example
    .replace("'./index.ts'", `'${new URL('index.ts', source).href}'`)
    .replace('unix:/var/run/openvswitch/db.sock', server.remote);
  await writeFile(join(dir, 'example.mts'), program);
  const child = spawn(process.execPath, ['--import', 'tsx', join(dir, 'example.mts')], {
    cwd: fileURLToPath(source),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const lines = on(createInterface(child.stdout), 'line', {
      signal: AbortSignal.timeout(60_000),
    });
    const line = async (): Promise<string> => String((await lines.next()).value);
    assert.equal(await line(), 'current: br0');
    await vsctl('set', 'interface', 'br0', 'type=patch');
    // The column was not asked for, so the next thing reported is the new interface.
    await vsctl('add-br', 'br1');
    assert.match(await line(), /^insert [0-9a-f-]{36}$/u);
    await server.stop();
    assert.equal(await line(), 'not current: closed by the server');
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
    await server.remove();
    await rm(dir, { recursive: true });
  }
});

test('every value that is exported is in the README', () => {
  // OvsdbError and Fault are named where they come from.
  const missing = Object.keys(api).filter((name) => !readme.includes(name));
  assert.deepEqual(missing, []);
});
