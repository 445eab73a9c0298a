import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/routevane.js', import.meta.url));

/** A shell that starts us with a bad file, under a name that may say it is ExaBGP. */
function startUnder(t: TestContext, parent: string): ChildProcess {
  const folder = mkdtempSync(join(tmpdir(), 'routevane-parent-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const shell = join(folder, parent);
  symlinkSync('/bin/sh', shell);
  const file = join(folder, 'bad.yaml');
  writeFileSync(file, 'nod: lb-a\n');
  // More than one command, or the shell would replace itself by us.
  const script = `"${process.execPath}" "${program}" run -c "${file}"; echo "$?"`;
  return spawn(shell, ['-c', script], { stdio: ['pipe', 'pipe', 'pipe'] });
}

/** What the parent printed once we ended: our exit code. */
async function exitCodeOf(child: ChildProcess): Promise<string> {
  const chunks: unknown[] = [];
  child.stdout?.on('data', (chunk) => chunks.push(chunk));
  await once(child, 'close');
  return chunks.join('').trim();
}

describe('a bad configuration', () => {
  test('ends the program at once where a person or systemd started it', async (t) => {
    const child = startUnder(t, 'plain-shell');
    assert.equal(await exitCodeOf(child), '78');
  });

  test('keeps it alive under ExaBGP, which would end after some quick deaths, until ExaBGP goes', async (t) => {
    const child = startUnder(t, 'exabgp-shell');
    const code = exitCodeOf(child);
    assert.ok(child.stderr !== null && child.stdin !== null);
    await once(child.stderr, 'data');
    // That nothing happens has no event of its own to await.
    const early = await Promise.race([code, new Promise((resolve) => setTimeout(resolve, 500))]);
    assert.equal(early, undefined);
    child.stdin.end();
    assert.equal(await code, '78');
  });
});
