import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  childCounts,
  RUNNING_MAX,
  runChild,
  TURN_MAX_MS,
} from '../../../src/platform/child-run.ts';
import { execProber } from '../../../src/sources/probes/exec.ts';
import { UP, type ProbeAnswer } from '../../../src/sources/probes/prober.ts';
import { freePort, probeTarget, tcpServer } from './fixtures.ts';
import { execCheck, expired, probeOnce } from './one-probe.ts';

const CHECK_TCP = ['/usr/lib/nagios/plugins/check_tcp', '-H', '{address}', '-p', '{port}'];

async function running(count: number): Promise<void> {
  while (childCounts().running < count) await new Promise((resolve) => setImmediate(resolve));
}

test('check_tcp of a real server: address and port are filled in', async (t) => {
  const { port } = await tcpServer(t);
  const up = await probeOnce(t, execProber, { port, check: execCheck(CHECK_TCP) });
  assert.deepEqual([up.state, up.reason], ['up', '']);
  assert.match(up.detail ?? '', /^time=\d+\.\d+s;/);

  const dead = await freePort();
  const down = await probeOnce(t, execProber, { port: dead, check: execCheck(CHECK_TCP) });
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
  const { reason } = await probeOnce(t, execProber, { port: 7, check, address: '2001:db8::1' });
  assert.equal(reason, 'x[2001:db8::1]:7/7');
});

test('at the time-out a plugin is lost and ended, and says nothing more', async (t) => {
  const check = execCheck(['/bin/sleep', '600']);
  const answer = await expired(t, execProber, { port: 1, check }, async () => running(1));
  assert.deepEqual(answer, { state: 'lost', reason: 'timed out after 500ms' });
  while (childCounts().running > 0) await new Promise((resolve) => setImmediate(resolve));
});

test('the wait for a turn is not the time of the plugin, and is not endless', async (t) => {
  const hogs = Array.from({ length: RUNNING_MAX }, () =>
    runChild({ command: ['/bin/sleep', '600'], user: null }, () => {}),
  );
  const freed = (): void => {
    for (const hog of hogs) hog.cancel();
  };
  t.after(freed);
  await running(RUNNING_MAX);
  const check = execCheck(['/bin/true']);
  const waits = TURN_MAX_MS / check.timeoutMs;
  const begun: string[] = [];
  const [patient, late] = ['patient', 'late'].map((name) => {
    const answers: ProbeAnswer[] = [];
    const probe = execProber(
      probeTarget({ port: 1, check }),
      (answer) => answers.push(answer),
      () => {},
      () => begun.push(name),
    );
    t.after(() => probe.close());
    probe.start();
    for (let wait = 1; wait < waits; wait += 1) assert.equal(probe.expire(), null);
    return { answers, probe };
  });
  assert.deepEqual(late?.probe.expire(), {
    state: 'lost',
    reason: `not started within ${TURN_MAX_MS}ms: too many commands are running`,
  });
  assert.deepEqual(begun, []);
  freed();
  while (patient?.answers.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(patient?.answers, [UP]);
  assert.deepEqual(begun, ['patient']);
});
