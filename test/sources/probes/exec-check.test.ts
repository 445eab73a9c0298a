import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childCounts, RUNNING_MAX, runChild } from '../../../src/platform/child-run.ts';
import { exec } from '../../../src/sources/probes/exec.ts';
import { freePort, tcpServer } from './fixtures.ts';
import { execCheck, expired, probeOnce } from './one-probe.ts';

const CHECK_TCP = ['/usr/lib/nagios/plugins/check_tcp', '-H', '{address}', '-p', '{port}'];

async function running(count: number): Promise<void> {
  while (childCounts().running < count) await new Promise((resolve) => setImmediate(resolve));
}

test('check_tcp of a real server: address and port are filled in', async (t) => {
  const { port } = await tcpServer(t);
  const up = await probeOnce(t, exec, { port, check: execCheck(CHECK_TCP) });
  assert.deepEqual([up.state, up.reason], ['up', '']);
  assert.match(up.detail ?? '', /^time=\d+\.\d+s;/);

  const dead = await freePort();
  const down = await probeOnce(t, exec, { port: dead, check: execCheck(CHECK_TCP) });
  assert.equal(down.state, 'down');
  assert.match(down.reason, /^connect to address 127\.0\.0\.1 and port \d+: Connection refused$/);
});

test('an address of IPv6 is filled in as it is, everywhere in an argument', async (t) => {
  const check = execCheck([
    '/bin/sh',
    '-c',
    'echo "$1"; exit 2',
    'sh',
    'x[{address}]:{port}/{port}',
  ]);
  const { reason } = await probeOnce(t, exec, { port: 7, check, address: '2001:db8::1' });
  assert.equal(reason, 'x[2001:db8::1]:7/7');
});

test('at the time-out a plugin is lost and ended, and says nothing more', async (t) => {
  const check = execCheck(['/bin/sleep', '600']);
  const answer = await expired(t, exec, { port: 1, check }, async () => running(1));
  assert.deepEqual(answer, { state: 'lost', reason: 'timed out after 500ms' });
  while (childCounts().running > 0) await new Promise((resolve) => setImmediate(resolve));
});

test('one that had no turn in time says so', async (t) => {
  const hogs = Array.from({ length: RUNNING_MAX }, () =>
    runChild({ command: ['/bin/sleep', '600'], user: null }, () => {}),
  );
  t.after(() => {
    for (const hog of hogs) hog.cancel();
  });
  await running(RUNNING_MAX);
  const answer = await expired(t, exec, { port: 1, check: execCheck(['/bin/true']) }, () =>
    running(RUNNING_MAX),
  );
  assert.deepEqual(answer, {
    state: 'lost',
    reason: 'not started within 500ms: too many children run',
  });
});
