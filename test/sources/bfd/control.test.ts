import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { ControlWatch } from '../../../src/sources/bfd/control-watch.ts';
import type { VswitchdState } from '../../../src/sources/bfd/vswitchd-state.ts';
import { FakeVswitchd } from './fake-vswitchd.ts';
import { temporaryFolder } from './switch.ts';

/** What a watch reports, one after the other. */
class Lives {
  readonly watch: ControlWatch;
  readonly #reported: VswitchdState[] = [];
  #wake = (): void => {};

  constructor(pidfile: string) {
    this.watch = new ControlWatch(pidfile, (life) => {
      this.#reported.push(life);
      this.#wake();
    });
    this.watch.start();
  }

  async next(): Promise<VswitchdState> {
    for (;;) {
      const life = this.#reported.shift();
      if (life !== undefined) return life;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async nextAlive(): Promise<Extract<VswitchdState, { kind: 'alive' }>> {
    for (;;) {
      const life = await this.next();
      if (life.kind === 'alive') return life;
    }
  }
}

const gone = { kind: 'lost', reason: 'vswitchd is gone' };

test('a vswitchd that lives, is killed, and comes with another process id', async (t) => {
  const vswitchd = new FakeVswitchd(temporaryFolder(t));
  await vswitchd.start(100);
  const lives = new Lives(vswitchd.pidfile);
  t.after(() => lives.watch.close());
  assert.deepEqual(await lives.next(), { kind: 'alive', doubt: null });
  const beforeMs = performance.now();
  await vswitchd.kill();
  assert.deepEqual(await lives.next(), gone);
  await vswitchd.start(200);
  t.after(async () => vswitchd.kill());
  const { doubt } = await lives.nextAlive();
  assert.ok(doubt !== null && doubt.fromMs >= beforeMs && doubt.fromMs < doubt.untilMs);
});

test('one that hangs is lost until it answers', async (t) => {
  const vswitchd = new FakeVswitchd(temporaryFolder(t));
  await vswitchd.start(100);
  t.after(async () => vswitchd.kill());
  const lives = new Lives(vswitchd.pidfile);
  t.after(() => lives.watch.close());
  assert.equal((await lives.next()).kind, 'alive');
  vswitchd.hangs = true;
  assert.deepEqual(await lives.next(), { kind: 'lost', reason: 'vswitchd is not answering' });
  await vswitchd.kill();
  assert.deepEqual(await lives.next(), gone);
  vswitchd.hangs = false;
  await vswitchd.start(100);
  assert.notEqual((await lives.nextAlive()).doubt, null);
});

test('a pidfile that is missing, or holds something else', async (t) => {
  const vswitchd = new FakeVswitchd(temporaryFolder(t));
  const lives = new Lives(vswitchd.pidfile);
  t.after(() => lives.watch.close());
  assert.deepEqual(await lives.next(), gone);
  for (const rubbish of ['', '-1\n', '../../etc/passwd\n', '12 34\n', `${'9'.repeat(40)}\n`]) {
    writeFileSync(vswitchd.pidfile, rubbish);
    let life = await lives.next();
    while (JSON.stringify(life) === JSON.stringify(gone)) life = await lives.next();
    const reason = "vswitchd's pidfile holds no process id";
    assert.deepEqual(life, { kind: 'lost', reason });
    rmSync(vswitchd.pidfile);
  }
  await vswitchd.start(100);
  t.after(async () => vswitchd.kill());
  assert.equal((await lives.nextAlive()).kind, 'alive');
});
