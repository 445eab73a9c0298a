import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { Checkpoint } from '../../../src/model/checkpoint.ts';
import type { Control } from '../../../src/model/control.ts';
import { CheckpointFile } from '../../../src/sinks/checkpoint/checkpoint-file.ts';
import { until } from '../../e2e/until.ts';

const flaps = { penalty: 2, atMs: 900, falls: 2, suppressed: true };
const sample: Checkpoint = {
  targets: [
    { key: 'a', health: 'up', sinceMs: 100 },
    {
      key: 'b',
      health: 'down',
      sinceMs: 900,
      cause: { reason: 'refused', atMs: 890 },
      pending: { to: 'up', sinceMs: 950 },
      falls: 2,
      flaps,
    },
  ],
  pools: [{ name: 'web', health: 'up', sinceMs: 100, wasUp: true }],
  routes: [{ key: 'r', state: 'announced', sinceMs: 120, isInPlace: true }],
  withdrawnAtMs: [500],
};

/** A process that started `bootMs` after the machine did, with a clock of its own. */
class Life {
  readonly notices: string[] = [];
  readonly file: CheckpointFile;
  nowMs = 1000;

  constructor(stateDir: string, bootMs: number, id = 'this-boot') {
    this.file = new CheckpointFile({
      stateDir,
      maxAgeMs: 10_000,
      clock: { id, offsetMs: () => bootMs },
      nowMs: () => this.nowMs,
      notify: ({ event }) => this.notices.push(event),
    });
  }

  keep(turn: number, checkpoint = sample): boolean {
    const control: Control = this.file.request();
    assert.ok(control.kind === 'checkpoint');
    if (control.after === turn) return false;
    control.take(checkpoint, turn);
    return true;
  }

  async written(): Promise<void> {
    // What it does after the answer, it does at once.
    await Promise.resolve();
    this.nowMs += 1000;
    await until(() => this.file.mayWrite(), 10_000, 'the write has ended');
  }
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'routevane-checkpoint-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

describe('the file of what decisions depend on', () => {
  test('is taken up by the next process in its own time', async (t) => {
    const stateDir = folder(t);
    const life = new Life(stateDir, 50_000);
    life.keep(1);
    await life.written();
    assert.deepEqual(readdirSync(stateDir), ['checkpoint.json']);
    const next = new Life(stateDir, 58_000).file.load();
    assert.equal(next?.targets[0]?.sinceMs, 100 - 8000);
    assert.deepEqual(next?.targets[1]?.cause, { reason: 'refused', atMs: 890 - 8000 });
    assert.deepEqual(next?.targets[1]?.pending, { to: 'up', sinceMs: 950 - 8000 });
    assert.deepEqual(next?.routes, [{ ...sample.routes[0], sinceMs: 120 - 8000 }]);
    assert.deepEqual(next?.withdrawnAtMs, [500 - 8000]);
  });

  test('that is old gives only what has a time of its own: penalties and the budget', async (t) => {
    const stateDir = folder(t);
    const life = new Life(stateDir, 50_000);
    life.keep(1);
    await life.written();
    const late = new Life(stateDir, 61_000).file.load();
    assert.deepEqual(late?.withdrawnAtMs, [500 - 11_000]);
    assert.deepEqual(late?.pools, []);
    assert.deepEqual(late?.routes, []);
    assert.deepEqual(late?.targets, [
      {
        key: 'b',
        health: 'unknown',
        sinceMs: 900 - 11_000,
        falls: 2,
        flaps: { ...flaps, atMs: 900 - 11_000 },
      },
    ]);
  });

  test('of another boot says nothing', async (t) => {
    const stateDir = folder(t);
    const life = new Life(stateDir, 50_000);
    life.keep(1);
    await life.written();
    assert.equal(new Life(stateDir, 50_001, 'another-boot').file.load(), null);
  });

  test('does not look older than its process, though nothing happens', async (t) => {
    const stateDir = folder(t);
    const life = new Life(stateDir, 50_000);
    assert.ok(life.keep(1));
    await life.written();
    life.nowMs += 3_600_000;
    assert.ok(!life.keep(1), 'nothing new was asked for');
    await life.written();
    const next = new Life(stateDir, 50_000 + 3_600_000 + 9_000).file.load();
    assert.equal(next?.targets.length, 2);
    assert.equal(next?.pools.length, 1);
  });

  test('has what just changed, though it was due to be written without it', async (t) => {
    const stateDir = folder(t);
    const life = new Life(stateDir, 50_000);
    life.keep(1);
    await life.written();
    life.nowMs += 60_000;
    life.keep(2, { ...sample, withdrawnAtMs: [500, 60_000] });
    await life.written();
    const next = new Life(stateDir, 50_000 + 61_000).file.load();
    assert.equal(next?.withdrawnAtMs.length, 2);
  });

  test('brings no control character into a log', async (t) => {
    const stateDir = folder(t);
    const life = new Life(stateDir, 50_000);
    const cause = { reason: 'a\u001b[2Jb\n', atMs: 1 };
    life.keep(1, { ...sample, targets: [{ key: 'a', health: 'down', sinceMs: 1, cause }] });
    await life.written();
    const next = new Life(stateDir, 50_000).file.load();
    assert.equal(next?.targets[0]?.cause?.reason, 'a?[2Jb?');
  });

  test('is written at most once a second', async (t) => {
    const life = new Life(folder(t), 50_000);
    life.keep(1);
    await life.written();
    life.keep(2);
    life.nowMs += 999;
    assert.equal(life.file.mayWrite(), false);
    await life.written();
    assert.equal(life.file.mayWrite(), true);
  });

  for (const [what, text] of [
    ['no JSON', '{"format":1'],
    ['another format', '{"format":2}'],
    ['a time that is none', '{"format":1,"boot":"this-boot","aliveMs":"x"}'],
  ] as const)
    test(`${what} is ignored, with a notice`, (t) => {
      const stateDir = folder(t);
      writeFileSync(join(stateDir, 'checkpoint.json'), text);
      const life = new Life(stateDir, 50_000);
      assert.equal(life.file.load(), null);
      assert.deepEqual(life.notices, ['checkpoint_ignored']);
    });

  test('a disk that does not take it is reported once, and when it does again', async (t) => {
    const stateDir = join(folder(t), 'state');
    writeFileSync(stateDir, '');
    const life = new Life(stateDir, 50_000);
    life.keep(1);
    await life.written();
    life.keep(2);
    await life.written();
    assert.deepEqual(life.notices, ['checkpoint_not_kept']);
    rmSync(stateDir);
    life.keep(3);
    await life.written();
    assert.deepEqual(life.notices, ['checkpoint_not_kept', 'checkpoint_kept']);
    assert.match(readFileSync(join(stateDir, 'checkpoint.json'), 'utf8'), /"boot":"this-boot"/u);
  });
});
