import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveState } from '../../src/admin/live-state.ts';
import { turnOf } from '../sinks/turn-of.ts';

const minuteMs = 60_000;

/** A turn in which `tor-a` changes. */
function change(board: LiveState, from: 'up' | 'down', to: 'up' | 'down', atMs: number): void {
  const cause = { kind: 'config', atMs } as const;
  const changes = [{ name: 'tor-a', from, to, reason: '', atMs, cause }];
  board.turn({ ...turnOf({}), changes });
}

test('three falls within ten minutes are flapping, until the first of them is older', () => {
  const board = new LiveState();
  for (const minute of [0, 4, 8]) {
    assert.equal(board.isFlapping('tor-a', minute * minuteMs), false);
    change(board, 'up', 'down', minute * minuteMs);
    change(board, 'down', 'up', (minute + 1) * minuteMs);
  }
  assert.equal(board.isFlapping('tor-a', 9 * minuteMs), true);
  assert.equal(board.isFlapping('tor-b', 9 * minuteMs), false);
  assert.equal(board.isFlapping('tor-a', 11 * minuteMs), false);
  change(board, 'up', 'down', 12 * minuteMs);
  assert.equal(board.isFlapping('tor-a', 12 * minuteMs), true);
  board.keep(new Set());
  assert.equal(board.isFlapping('tor-a', 12 * minuteMs), false);
});
