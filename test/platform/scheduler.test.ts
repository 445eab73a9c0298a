import assert from 'node:assert/strict';
import { stat } from 'node:fs';
import { describe, test } from 'node:test';
import type { SchedulerAction } from 'rxjs';
import { monotonicScheduler } from '../../src/platform/scheduler.ts';

describe('the monotonic scheduler', () => {
  test('what a socket or file caused runs in the same turn of the loop, before any timer', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      stat('.', () => {
        setTimeout(() => {
          order.push('timer');
          resolve();
        }, 0);
        monotonicScheduler.schedule(() => order.push('now'));
      });
    });
    assert.deepEqual(order, ['now', 'timer']);
  });

  test('does not read the wall clock: a step of it changes no delay', async (t) => {
    const start = monotonicScheduler.now();
    t.mock.method(Date, 'now', () => 0);
    await new Promise<void>((resolve) => {
      monotonicScheduler.schedule(() => resolve(), 20);
    });
    const waitedMs = monotonicScheduler.now() - start;
    assert.ok(waitedMs >= 19, `waited ${waitedMs} ms`);
  });

  test('hands its state to the work, which may schedule itself again', async () => {
    const seen: (number | undefined)[] = [];
    await new Promise<void>((resolve) => {
      const work = function (this: SchedulerAction<number>, state?: number): void {
        seen.push(state);
        if (state === undefined || state >= 3) resolve();
        else this.schedule(state + 1, 1);
      };
      monotonicScheduler.schedule(work, 0, 1);
    });
    assert.deepEqual(seen, [1, 2, 3]);
  });

  test('an action that was unsubscribed never runs, one that ran is closed', async () => {
    let ran = false;
    const cancelled = monotonicScheduler.schedule(() => {
      ran = true;
    });
    cancelled.unsubscribe();
    const done = await new Promise<{ closed: boolean }>((resolve) => {
      const action = monotonicScheduler.schedule(() => setImmediate(() => resolve(action)), 1);
    });
    assert.equal(ran, false);
    assert.equal(done.closed, true);
  });
});
