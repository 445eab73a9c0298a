import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { loopTime, StallAwareAlarm } from '../../src/platform/loop-time.ts';

/** The loop does not run, as if somebody had stopped the process. */
function stall(lengthMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lengthMs);
}

function alarmOf(t: TestContext): {
  readonly alarm: StallAwareAlarm;
  readonly rung: Promise<string>;
} {
  const events = new EventEmitter();
  const alarm = new StallAwareAlarm(() => events.emit('rung'));
  t.after(() => alarm.close());
  return { alarm, rung: once(events, 'rung').then(() => 'silence') };
}

test('a stall is reported with its length, and is no time', (t) => {
  const lengths: number[] = [];
  t.after(loopTime.use((lengthMs) => lengths.push(lengthMs)));
  const fromMs = loopTime.now();
  stall(700);
  const passedMs = loopTime.now() - fromMs;
  assert.ok(passedMs < 400, `${passedMs} ms passed`);
  assert.equal(lengths.length, 1);
  assert.ok((lengths[0] ?? 0) > 400, `${lengths[0]} ms`);
});

test('what came in during a stall is heard before silence is', async (t) => {
  const { alarm, rung } = alarmOf(t);
  const child = spawn('sh', ['-c', 'read go; echo up; read end']);
  await once(child, 'spawn');
  t.after(() => child.stdin.end());
  const heard = once(child.stdout, 'data').then(() => 'heard');
  await new Promise((resolve) => child.stdin.write('go\n', resolve));
  alarm.set(100);
  stall(500);
  assert.equal(await Promise.race([rung, heard]), 'heard');
});

test('silence while the loop runs has an end, a stall in it or not', async (t) => {
  const { alarm, rung } = alarmOf(t);
  alarm.set(100);
  stall(300);
  assert.equal(await rung, 'silence');
});
