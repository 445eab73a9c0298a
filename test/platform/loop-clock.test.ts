import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LoopClock, STALL_MS } from '../../src/platform/loop-clock.ts';

describe('loop clock', () => {
  test('is the real clock while the loop wakes about when it should', () => {
    let nowMs = 0;
    const clock = new LoopClock(() => nowMs);
    clock.expect(100);
    nowMs = 100 + STALL_MS;
    assert.equal(clock.now(), 100 + STALL_MS);
    assert.equal(clock.takeStalled(), false);
  });

  test('stands still during a stall, and says once that there was one', () => {
    let nowMs = 0;
    const clock = new LoopClock(() => nowMs);
    clock.expect(100);
    nowMs = 5100;
    assert.equal(clock.now(), 100);
    assert.equal(clock.takeStalled(), true);
    assert.equal(clock.takeStalled(), false);
    nowMs = 5110;
    assert.equal(clock.now(), 110);
    assert.equal(clock.toReal(110), 5110);
  });

  test('goes on where turn after turn is late, and stands still again once one was not', () => {
    let nowMs = 0;
    const clock = new LoopClock(() => nowMs);
    const turn = (lateMs: number): boolean => {
      clock.expect(nowMs);
      nowMs += lateMs;
      return clock.takeStalled();
    };
    assert.deepEqual([turn(50), clock.now()], [true, 0]);
    assert.deepEqual([turn(50), clock.now()], [true, 50]);
    assert.deepEqual([turn(50), clock.now()], [true, 100]);
    assert.deepEqual([turn(1), clock.now()], [false, 101]);
    assert.deepEqual([turn(50), clock.now()], [true, 101]);
  });

  test('knows no stall while nothing is expected', () => {
    let nowMs = 0;
    const clock = new LoopClock(() => nowMs);
    nowMs = 1_000_000;
    assert.equal(clock.now(), 1_000_000);
  });
});
