import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/routevane.js', import.meta.url));
const refusal =
  'routevane: stdin is at its end: ExaBGP must start this; for IPVS alone leave outputs.exabgp out\n';
const config = `node: lb-a
signals: { a: { type: exec, command: [/bin/true] } }
routes: [{ prefix: 192.0.2.1/32, when: a }]
outputs: { exabgp: { via: stdio } }
`;
let folder = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'routevane-stdin-'));
  writeFileSync(join(folder, 'stdio.yaml'), config);
});
after(() => rmSync(folder, { recursive: true }));

function shell(script: string): { readonly status: number | null; readonly stderr: string } {
  const command = `"${process.execPath}" "${program}" run -c "${join(folder, 'stdio.yaml')}"`;
  return spawnSync('bash', ['-c', script.replace('RUN', command)], { encoding: 'utf8' });
}

describe('run with via: stdio', () => {
  const ends = { '/dev/null': 'RUN </dev/null', closed: 'RUN <&-', 'a dead pipe': ': | RUN' };
  for (const [what, script] of Object.entries(ends)) {
    test(`fails at once where stdin is at its end: ${what}`, () => {
      const { status, stderr } = shell(script);
      assert.equal(stderr, refusal);
      assert.equal(status, 1);
    });
  }

  test('fails at once where stdin is a socket that was closed', async () => {
    const child = spawn(process.execPath, [program, 'run', '-c', join(folder, 'stdio.yaml')]);
    child.stdin.end();
    assert.deepEqual(await once(child, 'exit'), [1, null]);
  });

  test('runs while the pipe is silent, and an end that comes later is 0', async () => {
    const child = spawn(process.execPath, [program, 'run', '-c', join(folder, 'stdio.yaml')]);
    // It asks what ExaBGP holds.
    await once(child.stdout, 'data');
    child.stdin.end();
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  test('ends with 0 as well where a SIGTERM comes behind the end', async () => {
    const child = spawn(process.execPath, [program, 'run', '-c', join(folder, 'stdio.yaml')]);
    const exited = once(child, 'exit');
    let log = '';
    child.stderr.on('data', (chunk) => {
      log += String(chunk);
      // Its flow has ended, and itself not quite.
      if (log.includes('"event":"stopped"')) child.kill('SIGTERM');
    });
    await once(child.stdout, 'data');
    child.stdin.end();
    assert.deepEqual(await exited, [0, null], log);
  });

  test('takes nothing from what was written before it looked', async () => {
    const file = join(folder, 'words');
    writeFileSync(file, 'nonsense\n');
    const fd = openSync(file, 'r');
    const child = spawn(process.execPath, [program, 'run', '-c', join(folder, 'stdio.yaml')], {
      stdio: [fd, 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr?.on('data', (chunk) => (said += String(chunk)));
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.match(said, /ExaBGP sent a line/);
  });
});
