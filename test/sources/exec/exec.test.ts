import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  filter,
  firstValueFrom,
  type SchedulerLike,
  Subject,
  take,
  toArray,
  VirtualAction,
  VirtualTimeScheduler,
} from 'rxjs';
import type { Config, ExecSignal } from '../../../src/model/config.ts';
import type { Observation } from '../../../src/model/observation.ts';
import {
  childCounts,
  RUNNING_MAX,
  runChild,
  TURN_MAX_MS,
} from '../../../src/platform/child-run.ts';
import { exec } from '../../../src/sources/exec/exec.ts';
import { emptyConfig } from '../../empty-config.ts';
import { countsFirst, countsReloaded, paced, reloadedAtMs, turns } from '../paced.ts';
import { SETTLE } from '../probes/fixtures.ts';

const PLUGINS = '/usr/lib/nagios/plugins';

function signal(
  name: string,
  command: readonly string[],
  some: Partial<ExecSignal> = {},
): ExecSignal {
  const { intervalMs = 60_000 } = some;
  const times = { intervalMs, fastIntervalMs: intervalMs, timeoutMs: 30_000 };
  return { name, type: 'exec', command, ...times, user: null, settle: SETTLE, ...some };
}

function configOf(...signals: ExecSignal[]): Config {
  return { ...emptyConfig, signals };
}

function running(t: TestContext, scheduler?: SchedulerLike) {
  const config$ = new Subject<Config>();
  const observation$ = new Subject<Observation>();
  const subscription = exec(config$, scheduler, () => 0).subscribe(observation$);
  t.after(() => subscription.unsubscribe());
  const next = async (name: string, count = 1): Promise<Observation[]> =>
    firstValueFrom(
      observation$.pipe(
        filter((one) => one.signal === name),
        take(count),
        toArray(),
      ),
    );
  return { config$, subscription, observation$, next };
}

/** The first observation of one signal with this command. */
async function seen(t: TestContext, command: readonly string[], some: Partial<ExecSignal> = {}) {
  const { config$, next, subscription } = running(t);
  const first = next('it');
  config$.next(configOf(signal('it', command, some)));
  const [observation] = await first;
  subscription.unsubscribe();
  assert.ok(observation);
  return observation;
}

describe('plugins of monitoring-plugins, as they are', () => {
  test('check_load: up with its performance data', async (t) => {
    const {
      state,
      reason,
      detail = '',
    } = await seen(t, [`${PLUGINS}/check_load`, '-w', '1000', '-c', '2000']);
    assert.deepEqual([state, reason], ['up', '']);
    assert.match(detail, /^load1=\d+\.\d+;1000\.000;2000\.000;0; load5=/);
  });

  test('check_disk: down with its first line as the reason', async (t) => {
    const { state, reason } = await seen(t, [`${PLUGINS}/check_disk`, '-c', '100%', '-p', '/']);
    assert.equal(state, 'down');
    assert.match(reason, /^DISK CRITICAL - free space: \/ /);
  });

  test('check_dummy: each of its ends', async (t) => {
    const ends = await Promise.all(
      ['0', '1', '2', '3'].map(async (code) => seen(t, [`${PLUGINS}/check_dummy`, code, 'words'])),
    );
    assert.deepEqual(
      ends.map(({ state, reason, detail = '' }) => [state, reason, detail]),
      [
        ['up', '', ''],
        ['up', '', 'WARNING: words'],
        ['down', 'CRITICAL: words', ''],
        ['lost', 'UNKNOWN: words', ''],
      ],
    );
  });
});

const exitCodes = { up: 0, down: 2, lost: 3 };

describe('exec', () => {
  test('a plugin that hangs is lost at the time-out, and ended', async (t) => {
    const {
      state,
      reason,
      latencyMs = 0,
    } = await seen(t, ['/bin/sleep', '600'], {
      intervalMs: 200,
      timeoutMs: 100,
    });
    assert.deepEqual([state, reason], ['lost', 'timed out after 100ms']);
    assert.ok(latencyMs >= 99);
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
    while (childCounts().running < RUNNING_MAX) await new Promise((done) => setImmediate(done));
    // Time passes only where the test lets it.
    const [patient, late] = [TURN_MAX_MS - 1, TURN_MAX_MS].map((untilMs) => {
      const scheduler = new VirtualTimeScheduler(VirtualAction, untilMs);
      const { config$, next } = running(t, scheduler);
      const first = next('it');
      config$.next(configOf(signal('it', ['/bin/true'], { timeoutMs: 50 })));
      scheduler.flush();
      return first;
    });
    const reason = `not started within ${TURN_MAX_MS}ms: too many commands are running`;
    assert.equal((await late)?.[0]?.reason, reason);
    freed();
    assert.equal((await patient)?.[0]?.state, 'up');
  });

  test('one that is killed, is not there, or ends in a way of its own is lost', async (t) => {
    const kill = await seen(t, ['/bin/sh', '-c', 'kill -9 $$']);
    assert.deepEqual([kill.state, kill.reason], ['lost', 'killed by SIGKILL']);
    const none = await seen(t, ['/no/such/plugin']);
    assert.deepEqual([none.state, none.reason], ['lost', '/no/such/plugin does not exist']);
    const odd = await seen(t, ['/bin/sh', '-c', 'echo broken >&2; exit 42']);
    assert.deepEqual([odd.state, odd.reason], ['lost', 'exit code 42: broken']);
  });

  test('what a plugin prints never reaches our stdout, and it never reads our stdin', () => {
    const child = fileURLToPath(new URL('exec-child.ts', import.meta.url));
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', child], {
      input: 'done\n',
      encoding: 'utf8',
    });
    assert.equal(stdout, '');
    assert.equal(stderr, 'announce route 192.0.2.1/32 next-hop self');
  });

  test('runs again at each interval, and goes on undisturbed through a reload', async (t) => {
    const { config$, next } = running(t);
    const command = ['/bin/sh', '-c', 'echo $$; exit 2'];
    const fast = { intervalMs: 30, timeoutMs: 30_000 };
    const three = next('it', 3);
    config$.next(configOf(signal('it', command, fast)));
    assert.equal(new Set((await three).map(({ reason }) => reason)).size, 3);

    const settle = { ...SETTLE, fall: 9 };
    const other = next('other');
    config$.next(
      configOf(signal('it', command, { ...fast, settle }), signal('other', ['/bin/true'])),
    );
    await Promise.all([other, next('it')]);

    const changed = next('it', 2);
    config$.next(configOf(signal('it', ['/bin/true'], fast)));
    assert.ok((await changed).some(({ state }) => state === 'up'));
  });

  test('runs at the fast interval while its results are not settled', async (t) => {
    const path = mkdtempSync(join(tmpdir(), 'routevane-exec-'));
    t.after(() => rmSync(path, { recursive: true }));
    const file = join(path, 'code');
    const command = ['/bin/sh', '-c', 'read -r code < "$1"; exit "$code"', 'sh', file];
    const scheduler = new VirtualTimeScheduler(VirtualAction, 0);
    const { config$, next } = running(t, scheduler);
    const it = signal('it', command, { ...paced, settle: { ...SETTLE, ...countsFirst } });
    config$.next(configOf(it));
    for (const [dueMs, state] of turns) {
      writeFileSync(file, `${exitCodes[state]}\n`);
      scheduler.maxFrames = dueMs - 1;
      scheduler.flush();
      assert.deepEqual(childCounts(), { running: 0, waiting: 0 }, `before ${dueMs}`);
      scheduler.maxFrames = dueMs;
      const one = next('it');
      scheduler.flush();
      const [result] = await one;
      assert.deepEqual([result?.atMs, result?.state], [dueMs, state]);
      if (dueMs !== reloadedAtMs) continue;
      config$.next(configOf({ ...it, settle: { ...SETTLE, ...countsReloaded } }));
    }
  });

  test('unsubscribing ends children and timers', async (t) => {
    const { config$, next, subscription } = running(t);
    const second = next('quick', 2);
    config$.next(
      configOf(
        signal('slow', ['/bin/sleep', '600']),
        signal('quick', ['/bin/true'], { intervalMs: 20, timeoutMs: 20_000 }),
      ),
    );
    await second;
    assert.ok(childCounts().running > 0);
    subscription.unsubscribe();
    while (childCounts().running > 0 || process.getActiveResourcesInfo().includes('ProcessWrap')) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
});
