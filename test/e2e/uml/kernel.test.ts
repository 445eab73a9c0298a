import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../until.ts';
import { ipvsKernel } from './kernel.ts';

const kernel = await ipvsKernel({ after });

describe('the kernel for tests', () => {
  test('has IPVS, for both families', async (t) => {
    t.diagnostic(`${kernel.via}, ready after ${Math.round(kernel.bootMs)} ms`);
    await kernel.must(['ipvsadm', '-A', '-t', '192.0.2.10:80', '-s', 'mh']);
    await kernel.must(['ipvsadm', '-A', '-u', '[2001:db8::10]:53', '-s', 'rr']);
    const table = await kernel.must(['ipvsadm', '-Sn']);
    assert.equal(table, '-A -t 192.0.2.10:80 -s mh\n-A -u [2001:db8::10]:53 -s rr\n');
    await kernel.must(['ipvsadm', '-C']);
  });

  test('says exit codes, signals and what cannot be started', async () => {
    assert.equal((await kernel.run(['sh', '-c', 'exit 7'])).code, 7);
    assert.equal((await kernel.run(['sh', '-c', 'kill -9 $$'])).signal, 'SIGKILL');
    const missing = await kernel.run(['no-such-program']);
    assert.equal(missing.code, null);
    assert.match(missing.stderr, /ENOENT/);
  });

  test('carries much text both ways unchanged', async () => {
    const text = `${'0123456789 äöü\u0004\u0003\u001b'.repeat(10)}\n`.repeat(2_000);
    const { stdout } = await kernel.run(['cat'], { input: text });
    assert.equal(stdout, text);
  });

  test('talks with a running command and kills it with what it started', async () => {
    const shell = kernel.start(['sh', '-c', 'sleep 1000 & echo $!; read x; echo "got $x"; wait']);
    const [, sleeper = ''] = await shell.seen('stdout', /(\d+)\n/);
    shell.write('hello\n');
    await shell.seen('stdout', /got hello/);
    shell.kill('SIGKILL');
    assert.equal((await shell.ended).signal, 'SIGKILL');
    assert.notEqual((await kernel.run(['kill', '-0', sleeper])).code, 0);
    await assert.rejects(shell.seen('stdout', /never/), /ended without/);
  });

  test('shares a folder, and keeps its hands off the rest of the host', async () => {
    writeFileSync(join(kernel.dir, 'from-outside'), 'one');
    assert.equal(await kernel.must(['cat', join(kernel.dir, 'from-outside')]), 'one');
    await kernel.must(['sh', '-c', `echo two >${kernel.dir}/from-inside`]);
    assert.equal(readFileSync(join(kernel.dir, 'from-inside'), 'utf8'), 'two\n');
    await kernel.must(['sh', '-c', 'echo >/run/only-inside']);
    assert.equal(existsSync('/run/only-inside'), false);
  });

  test('has network namespaces with a wire between them', async () => {
    const script = [
      'ip netns add far',
      'ip link add near0 type veth peer name far0 netns far',
      'ip address add 10.99.0.1/24 dev near0 && ip link set near0 up',
      'ip -n far address add 10.99.0.2/24 dev far0 && ip -n far link set far0 up',
      'ip netns exec far sh -c "echo hi >/dev/null"',
    ].join('\n');
    await kernel.must(['sh', '-ec', script]);
    await kernel.must(['ping', '-c1', '-W2', '10.99.0.2']);
  });
});

test('halts when reported, more than once, and leaves no folder', async (t) => {
  const other = await ipvsKernel(t);
  const forever = other.start(['sleep', '1000']);
  await other.halt();
  await other.halt();
  assert.equal(existsSync(other.dir), false);
  await assert.rejects(forever.ended, /is gone/);
  await assert.rejects(other.run(['true']), /is gone/);
  assert.deepEqual(processesIn(other.dir), []);
});

test('a test that is killed takes the kernel with it', async () => {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('kernel-child.ts', import.meta.url))],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(child.stdout, 'data');
  const dir = String(line).trim();
  assert.notDeepEqual(processesIn(dir), []);
  child.kill('SIGKILL');
  await until(() => processesIn(dir).length === 0, 30_000, 'all of the kernel ended');
  rmSync(dir, { recursive: true });
});

/** Everything that boots from `dir` has it on its command line. */
function processesIn(dir: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(dir);
    } catch {
      // It ended meanwhile.
      return false;
    }
  });
}
