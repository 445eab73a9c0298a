import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openLab } from './lab.ts';
import { tcp } from './servers.ts';
import { until } from './until.ts';

interface Left {
  readonly folder: string;
  readonly pids: readonly number[];
}

const child = fileURLToPath(new URL('lab-child.ts', import.meta.url));

describe('the lab', () => {
  for (const end of ['SIGINT', 'SIGTERM', 'throw'] as const) {
    test(`leaves nothing behind after ${end}`, async () => {
      const lab = spawn(process.execPath, ['--import', 'tsx', child], {
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      const lines = createInterface({ input: lab.stdout })[Symbol.asyncIterator]();
      const line = await lines.next();
      const made: Left = JSON.parse(String(line.value));
      assert.ok(existsSync(made.folder));
      assert.ok(namespacesOf(lab.pid).length > 0);

      const exited = once(lab, 'exit');
      if (end === 'throw') lab.stdin.write('throw\n');
      else lab.kill(end);
      await exited;
      assert.deepEqual(namespacesOf(lab.pid), []);
      assert.equal(existsSync(made.folder), false);
      // What was killed needs the processor once more to be gone.
      const left = (): number[] => made.pids.filter((pid) => existsSync(`/proc/${pid}/cwd`));
      await until(
        () => left().length === 0,
        30_000,
        'its processes are gone',
        () => left().join(' '),
      );
    });
  }

  test('shows what BIRD saw, and the logs, when something does not happen', async () => {
    const lab = await openLab();
    try {
      const [node] = lab.nodes;
      const { helper } = await node.exabgp({
        helper: ['/bin/sh', '-c', 'echo some words for the log >&2; exec cat >/dev/null'],
      });
      // The session does not wait for the helper.
      await lab.until(() => helper.log() !== '', 30_000, 'the helper spoke');
      await assert.rejects(
        lab.until(() => false, 50, 'pigs fly'),
        /not within 50 ms: pigs fly\n[^]*BIRD's routes: \[\][^]*some words for the log/,
      );
    } finally {
      lab.close();
    }
  });

  test('a server that cannot be opened is a failure of the test', async () => {
    const lab = await openLab();
    try {
      const servers = await lab.nodes[0].servers();
      await servers.open(tcp('127.1.0.1:80'));
      await assert.rejects(servers.open(tcp('127.1.0.1:80')), /is open already/);
      await assert.rejects(servers.open(tcp('192.0.2.1:80')), /EADDRNOTAVAIL/);
    } finally {
      lab.close();
    }
  });
});

function namespacesOf(pid: number | undefined): string[] {
  return readdirSync('/run/netns').filter((name) => name.startsWith(`rve2e-${pid}-`));
}
