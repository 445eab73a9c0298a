import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { onLeftovers } from '../../src/platform/child-leftovers.ts';
import { startChild, type ChildEnd, type ChildSpec } from '../../src/platform/child.ts';
import { nowMs } from '../../src/platform/clock.ts';

interface Seen {
  readonly end: ChildEnd;
  readonly stdout: string;
  readonly stderr: string;
}

function nothing(): void {}

function start(command: readonly string[], some: Partial<ChildSpec> = {}) {
  let stdout = '';
  let stderr = '';
  let wrote = nothing;
  const written = new Promise<void>((resolve) => (wrote = resolve));
  let ended: (seen: Seen) => void = nothing;
  const end = new Promise<Seen>((resolve) => (ended = resolve));
  const child = startChild(
    { command, user: null, stdin: 'none', ...some },
    {
      stdout: (chunk) => {
        stdout += String(chunk);
        wrote();
      },
      stderr: (chunk) => (stderr += String(chunk)),
      ended: (how) => ended({ end: how, stdout, stderr }),
    },
  );
  return { child, end, written, stdout: () => stdout };
}

const sh = (script: string, some: Partial<ChildSpec> = {}) =>
  start(['/bin/sh', '-c', script], some);

/** Processes of this group that are there and are no zombies; and zombies that are ours. */
function processes(): { pid: number; state: string; ppid: number; pgrp: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        const [state = '', ppid, pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return [{ pid: Number(name), state, ppid: Number(ppid), pgrp: Number(pgrp) }];
      } catch {
        return [];
      }
    });
}

const isAlive = (pid: number): boolean =>
  processes().some((process) => process.pid === pid && process.state !== 'Z');

async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
}

describe('a child', () => {
  test('ends with its code, or the signal that killed it, and all it wrote', async () => {
    assert.deepEqual(await sh('echo out; echo err >&2; exit 3').end, {
      end: { kind: 'exited', code: 3 },
      stdout: 'out\n',
      stderr: 'err\n',
    });
    assert.deepEqual((await sh('kill -KILL $$').end).end, { kind: 'killed', signal: 'SIGKILL' });
  });

  test('gets its arguments as they are: no shell is between', async () => {
    const { stdout } = await start(['/bin/echo', '$HOME', '; exit 1', '`id`', 'a  b']).end;
    assert.equal(stdout, '$HOME ; exit 1 `id` a  b\n');
  });

  test('sees a clean environment, and an end of file on its stdin', async () => {
    process.env['ROUTEVANE_SECRET'] = 'x';
    const { stdout } = await start(['/usr/bin/env']).end;
    delete process.env['ROUTEVANE_SECRET'];
    // Node hands coverage's own variable on, whatever environment a child is given.
    const names = stdout
      .split('\n')
      .filter((line) => line !== '' && !/^(TZ|NODE_V8_COVERAGE)=/.test(line));
    assert.deepEqual(
      new Set(names.map((line) => line.split('=')[0])),
      new Set(['HOME', 'LANG', 'LC_ALL', 'PATH', 'ROUTEVANE_CHILD']),
    );
    assert.equal((await start(['/bin/cat']).end).stdout, '');
  });

  test('reads what it is sent', async () => {
    const { child, end, written } = start(['/bin/cat'], { stdin: 'pipe' });
    child.write('hello\n');
    await written;
    child.stop();
    assert.equal((await end).stdout, 'hello\n');
    assert.equal(child.write('late\n'), false);
  });

  test('that cannot be started says why', async () => {
    const reasons = [
      [['/no/such/program'], '/no/such/program does not exist'],
      [['/etc/passwd'], '/etc/passwd may not be executed'],
      [['/bin/echo', 'x'.repeat(200_000)], '/bin/echo was given too many arguments'],
      [[], 'no program was given'],
    ] as const;
    for (const [command, reason] of reasons) {
      assert.deepEqual((await start(command).end).end, { kind: 'not-started', reason });
    }
  });
});

describe('the end of a child', () => {
  test('takes its whole process group along', async () => {
    const { child, end, written, stdout } = sh('sleep 600 & echo $!; wait');
    await written;
    const grandchild = Number(stdout());
    assert.ok(isAlive(grandchild));
    child.stop();
    assert.equal((await end).end.kind, 'killed');
    await gone(grandchild);
  });

  test('is by force where it ignores the request', async () => {
    const { child, end, written } = sh("trap '' TERM; echo ready; while :; do sleep 0.05; done");
    await written;
    child.stop();
    child.stop();
    assert.deepEqual((await end).end, { kind: 'killed', signal: 'SIGKILL' });
  });

  test('is not held back by a process it left in its group, which is killed', async () => {
    const { end } = sh('sleep 600 & echo $!; exit 0');
    const beganMs = nowMs();
    const { end: how, stdout } = await end;
    assert.deepEqual(how, { kind: 'exited', code: 0 });
    assert.ok(nowMs() - beganMs < 60_000);
    await gone(Number(stdout));
  });

  test('is not held back by a daemon that left its group and keeps the pipe', async (t) => {
    // It exits once the daemon has left indeed: /proc shows of each its parent and then its group.
    const left = new Promise((resolve) => {
      onLeftovers((found) => resolve(found.map(({ name, pid }) => `${name} ${pid}`)));
    });
    const script = `setsid sleep 600 & pid=$!
      until read -r _ _ _ _ group _ < /proc/$pid/stat && [ "$group" = "$pid" ]; do :; done
      echo $pid; exit 2`;
    const { stdout, end } = await sh(script).end;
    const daemon = Number(stdout);
    t.after(() => {
      if (isAlive(daemon)) process.kill(daemon, 'SIGKILL');
    });
    assert.deepEqual(end, { kind: 'exited', code: 2 });
    assert.ok(isAlive(daemon), 'it is ended a little later, with its name for the log');
    await gone(daemon);
    assert.deepEqual(await left, [`sleep ${daemon}`]);
  });

  test('keeps what it starts in sessions of their own as long as it runs itself', async () => {
    const script = 'setsid sleep 600 & echo $!; sleep 600';
    const running = sh(script);
    await running.written;
    const daemon = Number(running.stdout());
    // Another child ends, and with it whatever it left, but not what is not its own.
    const other = sh('setsid sleep 600 & echo $!; exit 0');
    await gone(Number((await other.end).stdout));
    assert.ok(isAlive(daemon));
    running.child.stop();
    await running.end;
    await gone(daemon);
  });

  test('is seen for each of a storm, and leaves no zombie', async () => {
    const children = Array.from({ length: 300 }, () => start(['/bin/true']));
    const ends = await Promise.all(children.map(({ end }) => end));
    assert.ok(ends.every(({ end }) => end.kind === 'exited' && end.code === 0));
    const zombies = processes().filter(({ ppid, state }) => ppid === process.pid && state === 'Z');
    assert.deepEqual(zombies, []);
  });
});
