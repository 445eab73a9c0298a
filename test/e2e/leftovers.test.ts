import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Owner } from './owner.ts';
import { startRoutevane } from './routevane.ts';
import { until } from './until.ts';

const withinMs = 60_000;

describe('children that leave their process group', () => {
  const owner = new Owner();
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'routevane-left-'));
    owner.own(() => rmSync(folder, { recursive: true, force: true }));
    // Whatever happens, none of these may stay on this machine.
    owner.own(() => {
      for (const pid of pids()) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    });
  });
  after(() => owner.close());

  function pids(): readonly number[] {
    return ['exec', 'execd', 'forked'].flatMap((name) => {
      const path = join(folder, name);
      return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').map(Number) : [];
    });
  }

  function script(name: string, text: string): string {
    const path = join(folder, `${name}.sh`);
    writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return path;
  }

  test('are ended after a run, after a time-out, and when the daemon stops', async () => {
    // Ends well, and leaves a daemon each time; twice removed, as daemons do it.
    const exec = script(
      'exec',
      `setsid sh -c 'sleep 600 & echo $! >> ${folder}/forked; echo $$ >> ${folder}/exec; exec sleep 600' \\
         </dev/null >/dev/null 2>&1 &
       exit 0`,
    );
    // Says up once and hangs with what it has in another session.
    const execd = script(
      'execd',
      `setsid sleep 600 </dev/null >/dev/null 2>&1 &
       echo $! >> ${folder}/execd
       echo up
       exec sleep 600`,
    );
    const config = join(folder, 'c.yaml');
    writeFileSync(
      config,
      `
node: lb-a
signals:
  leaves: { type: exec, command: [${exec}], interval: 500ms, timeout: 400ms, rise: 1, fall: 1 }
  hangs: { type: execd, command: [${execd}] }
`,
    );
    const daemon = startRoutevane(owner, null, 'run', '-c', config);
    const count = (name: string): number =>
      existsSync(join(folder, name))
        ? readFileSync(join(folder, name), 'utf8').split('\n').length - 1
        : 0;
    await daemon.until(() => count('exec') >= 3 && count('execd') >= 1, 'children have left some');
    await daemon.until(() => daemon.stderr().includes('child_left_process'), 'it is in the log');
    const [first = 0] = pids();
    await until(() => !isAlive(first), withinMs, 'the first is ended while the daemon runs');
    const execdPids = readFileSync(join(folder, 'execd'), 'utf8').trim().split('\n').map(Number);
    assert.ok(execdPids.some(isAlive), 'what belongs to a running child is left alone');
    daemon.kill('SIGTERM');
    assert.equal(await daemon.exit(withinMs), 0);
    const alive = (): number[] => pids().filter(isAlive);
    await until(
      () => alive().length === 0,
      withinMs,
      'none is left',
      () => alive().join(' '),
    );
  });
});

function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}
