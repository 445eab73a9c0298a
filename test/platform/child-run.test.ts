import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  childCounts,
  OUTPUT_KEPT_BYTES,
  runChild,
  RUNNING_MAX,
  WAITING_MAX,
  type RunResult,
} from '../../src/platform/child-run.ts';

function run(...command: string[]) {
  let handle: ReturnType<typeof runChild> | undefined;
  const result = new Promise<RunResult>((resolve) => {
    handle = runChild({ command, user: null }, resolve);
  });
  assert.ok(handle);
  return { handle, result };
}

const silent = (): never => assert.fail('called after cancel');

async function idle(): Promise<void> {
  while (childCounts().running + childCounts().waiting > 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('running children', () => {
  test('the beginning of the output is kept, the rest is read and thrown away', async () => {
    const result = await run('/bin/sh', '-c', 'yes 0123456789 | head -c 300000').result;
    assert.ok(result.kind === 'exited');
    assert.equal(result.stdout.length, OUTPUT_KEPT_BYTES);
    assert.equal(result.code, 0);
  });

  test('a line without an end is cut off with a reason, and its writer ended', async () => {
    const { result } = run('/bin/sh', '-c', 'head -c 100000000 /dev/zero');
    assert.deepEqual(await result, { kind: 'failed', reason: 'wrote more than 1024 KiB' });
    await idle();
  });

  test('so many run at once, the others wait for their turn, and all have it', async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'routevane-run-'));
    t.after(() => rmSync(dir, { recursive: true }));
    const go = join(dir, 'go');
    const script = 'while [ ! -e "$1" ]; do sleep 0.05; done';
    const runs = Array.from({ length: RUNNING_MAX * 2 }, () =>
      run('/bin/sh', '-c', script, 'sh', go),
    );
    let most = 0;
    const watch = (): void => {
      most = Math.max(most, childCounts().running);
      if (childCounts().running + childCounts().waiting > 0) setImmediate(watch);
    };
    watch();
    while (childCounts().running < RUNNING_MAX) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(childCounts(), { running: RUNNING_MAX, waiting: RUNNING_MAX });
    writeFileSync(go, '');
    for (const { result } of runs) assert.equal((await result).kind, 'exited');
    assert.equal(most, RUNNING_MAX);
  });

  test('beyond the queue, a run fails at once with a reason', async () => {
    const runs = Array.from({ length: WAITING_MAX + 1 }, () => run('/bin/true'));
    const last = runs.pop();
    assert.deepEqual(await last?.result, {
      kind: 'failed',
      reason: `more than ${WAITING_MAX} commands are waiting to start`,
    });
    for (const { handle } of runs) handle.cancel();
    await idle();
  });

  test('a run that was cancelled says nothing, waiting or running, and its place comes free', async () => {
    const waiting = runChild({ command: ['/bin/true'], user: null }, silent);
    assert.equal(waiting.isWaiting, true);
    waiting.cancel();
    const running = runChild({ command: ['/bin/sleep', '600'], user: null }, silent);
    while (running.isWaiting) await new Promise((resolve) => setImmediate(resolve));
    running.cancel();
    running.cancel();
    await idle();
    assert.equal((await run('/bin/true').result).kind, 'exited');
  });
});
