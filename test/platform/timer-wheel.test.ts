import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { TICK_MS, TimerWheel, WheelTimer } from '../../src/platform/timer-wheel.ts';

/** Longer than one turn of the wheel, so that some timers wait for further turns. */
const FAR_MS = 35_000;

function advance<T>(wheel: TimerWheel<T>, nowMs: number): T[] {
  const run: T[] = [];
  wheel.advance(nowMs, (value) => run.push(value));
  return run;
}

describe('timer wheel', () => {
  test('runs a timer at the first tick at or after its time, and once', () => {
    const wheel = new TimerWheel<string>(0);
    wheel.schedule(new WheelTimer('a'), 25);
    assert.equal(wheel.nextMs(), 30);
    assert.deepEqual(advance(wheel, 29), []);
    assert.deepEqual(advance(wheel, 30), ['a']);
    assert.deepEqual(advance(wheel, 60_000), []);
    assert.equal(wheel.nextMs(), Infinity);
  });

  test('what is overdue when it is scheduled runs at the next tick', () => {
    const wheel = new TimerWheel<string>(1000);
    wheel.schedule(new WheelTimer('a'), 5);
    assert.equal(wheel.nextMs(), 1000 + TICK_MS);
  });

  test('a timer that is cancelled or moved does not run at its old time', () => {
    const wheel = new TimerWheel<string>(0);
    const [cancelled, moved] = [new WheelTimer('cancelled'), new WheelTimer('moved')];
    wheel.schedule(cancelled, 20);
    wheel.schedule(moved, 20);
    wheel.cancel(cancelled);
    wheel.cancel(cancelled);
    wheel.schedule(moved, 50);
    assert.deepEqual(advance(wheel, 40), []);
    assert.deepEqual(advance(wheel, 50), ['moved']);
    assert.equal(wheel.size, 0);
  });

  test('a timer may be cancelled by another of the same tick', () => {
    const wheel = new TimerWheel<string>(0);
    const [first, second] = [new WheelTimer('first'), new WheelTimer('second')];
    wheel.schedule(first, 10);
    wheel.schedule(second, 10);
    const run: string[] = [];
    wheel.advance(10, (value) => {
      run.push(value);
      wheel.cancel(second);
    });
    assert.deepEqual(run, ['first']);
    assert.equal(wheel.size, 0);
  });

  test('after a stall of any length each timer runs once', () => {
    const wheel = new TimerWheel<number>(0);
    for (let index = 0; index < 3000; index += 1) {
      wheel.schedule(new WheelTimer(index), index * TICK_MS);
    }
    assert.equal(new Set(advance(wheel, 3_600_000)).size, 3000);
    assert.equal(wheel.size, 0);
  });

  test('does what a sorted list would do, whatever the order of calls', () => {
    const step = fc.record({
      timer: fc.nat(7),
      inMs: fc.nat(FAR_MS),
      cancel: fc.boolean(),
      passMs: fc.oneof(fc.nat(40), fc.nat(FAR_MS)),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const wheel = new TimerWheel<number>(0);
        const timers = Array.from({ length: 8 }, (_, index) => new WheelTimer(index));
        const model = new Map<number, number>();
        let nowMs = 0;
        for (const { timer, inMs, cancel, passMs } of steps) {
          const node = timers[timer];
          assert.ok(node);
          if (cancel) {
            wheel.cancel(node);
            model.delete(timer);
          } else {
            wheel.schedule(node, nowMs + inMs);
            const nextTick = Math.floor(nowMs / TICK_MS) + 1;
            model.set(timer, Math.max(Math.ceil((nowMs + inMs) / TICK_MS), nextTick) * TICK_MS);
          }
          nowMs += passMs;
          const due = [...model].filter(([, dueMs]) => dueMs <= nowMs).map(([key]) => key);
          if (model.size > 0) assert.ok(wheel.nextMs() <= Math.min(...model.values()));
          assert.deepEqual(new Set(advance(wheel, nowMs)), new Set(due));
          for (const key of due) model.delete(key);
          assert.equal(wheel.size, model.size);
        }
      }),
    );
  });
});
