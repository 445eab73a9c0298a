import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const NOBODY = 65_534;
const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));

/**
 * Runs a TypeScript file of the tests as the user nobody; it ends with the test. The checkout
 * may lie where only its owner may look: all that runs is copied to where everybody may.
 */
export async function runAsNobody(
  t: TestContext,
  entry: URL,
  args: readonly string[] = [],
): Promise<ChildProcessByStdio<null, Readable, null>> {
  const folder = mkdtempSync(join(tmpdir(), 'routevane-nobody-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, 'program.mjs');
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external: ['koffi'],
    logLevel: 'warning',
  });
  // koffi has its native part in a package of its own.
  for (const name of ['koffi', '@koromix']) {
    cpSync(join(packages, name), join(folder, 'node_modules', name), { recursive: true });
  }
  // Whatever the umask of who cloned the checkout.
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  const child = spawn(process.execPath, [program, ...args], {
    uid: NOBODY,
    gid: NOBODY,
    cwd: folder,
    // nobody can write no coverage; left out, Node would pass its own on.
    env: { ...process.env, NODE_V8_COVERAGE: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}
