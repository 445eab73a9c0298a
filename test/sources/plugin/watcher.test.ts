import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { workerCheck } from '../../../src/sources/plugin/worker-watchdog.ts';
import { ANSWERS, BUFFERS_KIB } from '../../../src/sources/plugin/worker-protocol.ts';

/** A worker whose clock the test sets: at each look so much more waiting, and work. */
function looked(isLoading = false) {
  const elu = { idle: 0, active: 0, utilization: 0 };
  const state = new Int32Array(new SharedArrayBuffer(8));
  const said: string[] = [];
  const look = workerCheck({
    worker: { performance: { eventLoopUtilization: () => ({ ...elu }) } },
    port: { postMessage: (order: unknown) => said.push(String(order)) },
    state,
    isLoading: () => isLoading,
    kill: (reason) => said.push(reason),
  });
  const looks = (count: number, idle: number, active = 0): string[] => {
    for (let n = 0; n < count; n += 1) {
      elu.idle += idle;
      elu.active += active;
      look();
    }
    return said.splice(0);
  };
  return { state, looks };
}

describe('a worker that is looked at', () => {
  test('is left asleep where it has nothing to do, and asked once in a while', () => {
    const { looks, state } = looked();
    assert.deepEqual(looks(14, 2000, 0.2), []);
    assert.deepEqual(looks(1, 2000), ['ask']);
    Atomics.add(state, ANSWERS, 1);
    assert.deepEqual(looks(14, 2000), []);
  });

  test('is killed when its loop neither waits nor answers', () => {
    const { looks } = looked();
    looks(3, 2000);
    assert.deepEqual(looks(2, 0, 2000), ['ask']);
    assert.deepEqual(looks(1, 0, 2000), ['the plugin blocked its thread for 6s: killed']);
  });

  test('works on where its loop never waits, but turns', () => {
    const { looks, state } = looked();
    for (let n = 0; n < 10; n += 1) {
      assert.deepEqual(looks(1, 0, 2000), ['ask']);
      Atomics.add(state, ANSWERS, 1);
    }
  });

  test('has longer while it is being loaded', () => {
    const { looks } = looked(true);
    assert.deepEqual(looks(14, 0), ['ask']);
    assert.deepEqual(looks(1, 0), ['the plugin blocked its thread for 30s: killed']);
  });

  test('is asked after work, and killed for its buffers', () => {
    const { looks, state } = looked();
    assert.deepEqual(looks(1, 2000, 6), ['ask']);
    Atomics.add(state, ANSWERS, 1);
    Atomics.store(state, BUFFERS_KIB, 65 * 1024);
    assert.deepEqual(looks(1, 2000), ['the plugin used more than 64 MB of buffers: killed']);
  });
});
