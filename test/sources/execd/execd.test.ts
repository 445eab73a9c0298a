import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  filter,
  firstValueFrom,
  ReplaySubject,
  type SchedulerLike,
  skip,
  Subject,
  take,
  toArray,
  VirtualAction,
  VirtualTimeScheduler,
} from 'rxjs';
import type { Config, ExecdSignal } from '../../../src/model/config.ts';
import type { Notice } from '../../../src/model/notice.ts';
import type { Observation } from '../../../src/model/observation.ts';
import { readExecdLine } from '../../../src/protocol/execd-line.ts';
import { START_MAX_MS } from '../../../src/sources/execd/child.ts';
import { execd } from '../../../src/sources/execd/execd.ts';
import { emptyConfig } from '../../empty-config.ts';
import { countsFirst, countsReloaded, paced, reloadedAtMs, turns } from '../paced.ts';
import { SETTLE } from '../probes/fixtures.ts';

function signal(command: readonly string[], some: Partial<ExecdSignal> = {}): ExecdSignal {
  return {
    name: 'it',
    type: 'execd',
    command,
    trigger: 'self',
    intervalMs: 30_000,
    fastIntervalMs: some.intervalMs ?? 30_000,
    timeoutMs: 20_000,
    staleAfterMs: null,
    user: null,
    settle: SETTLE,
    ...some,
  };
}

function running(t: TestContext, ...signals: ExecdSignal[]) {
  return runningOn(undefined, t, ...signals);
}

function runningOn(
  scheduler: SchedulerLike | undefined,
  t: TestContext,
  ...signals: ExecdSignal[]
) {
  const config$ = new ReplaySubject<Config>(1);
  config$.next({ ...emptyConfig, signals });
  const observation$ = new ReplaySubject<Observation>();
  const notice$ = new Subject<Notice>();
  const deps = { notify: (notice: Notice) => notice$.next(notice) };
  const subscription = execd(config$, deps, scheduler).subscribe(observation$);
  t.after(() => subscription.unsubscribe());
  const first = async (count: number): Promise<string[]> => {
    const seen = await firstValueFrom(observation$.pipe(take(count), toArray()));
    return seen.map(textOf);
  };
  return { config$, observation$, notice$, subscription, first };
}

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'routevane-execd-'));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

function textOf({ state, reason, weightPercent }: Observation): string {
  const weight = weightPercent === undefined ? '' : ` ${weightPercent}%`;
  return `${state}${weight}${reason === '' ? '' : `: ${reason}`}`;
}

const sh = (script: string, some: Partial<ExecdSignal> = {}): ExecdSignal =>
  signal(['/bin/sh', '-c', script], some);

describe('execd', () => {
  test('a child that speaks by itself is heard, line by line', async (t) => {
    const script = `printf '{"state":"up","weight":75}\\n{"state":"down","rea'
      sleep 0.05; printf 'son":"disk"}\\n{"state":"up"}\\n'; sleep 600`;
    assert.deepEqual(await running(t, sh(script)).first(3), ['up 75%', 'down: disk', 'up']);
  });

  test('a child is asked by a line at each interval', async (t) => {
    const script = `n=0; while read -r line; do n=$((n+1)); echo "{\\"state\\":\\"down\\",\\"reason\\":\\"$n\\"}"; done`;
    const { first } = running(t, sh(script, { trigger: 'poll', intervalMs: 100 }));
    assert.deepEqual(await first(3), ['down: 1', 'down: 2', 'down: 3']);
  });

  test('a child is asked at the fast interval while its results are not settled', async (t) => {
    const file = join(folder(t), 'answer');
    // All of the file is read before its answer is out: it is written again then.
    const script = 'while read -r _; do read -r line < "$1"; printf "%s\\n" "$line"; done';
    const command = ['/bin/sh', '-c', script, 'sh', file];
    const it = signal(command, {
      ...paced,
      trigger: 'poll',
      settle: { ...SETTLE, ...countsFirst },
    });
    const scheduler = new VirtualTimeScheduler(VirtualAction, -1);
    writeFileSync(file, '{"state":"up"}\n');
    const { config$, observation$ } = runningOn(scheduler, t, it);
    for (const [index, [dueMs, state]] of turns.entries()) {
      // A malformed line is lost.
      writeFileSync(file, state === 'lost' ? 'none\n' : `{"state":"${state}"}\n`);
      scheduler.maxFrames = dueMs;
      scheduler.flush();
      const [seen] = await firstValueFrom(observation$.pipe(skip(index), take(1), toArray()));
      assert.deepEqual([seen?.atMs, seen?.state], [dueMs, state], seen?.reason);
      if (dueMs !== reloadedAtMs) continue;
      const settle = { ...SETTLE, ...countsReloaded };
      config$.next({ ...emptyConfig, signals: [{ ...it, settle }] });
    }
  });

  test('a malformed line is lost, and the child goes on', async (t) => {
    const script = `echo hello; echo '{"state":"fine"}'; echo '{"state":"up","weight":101}'
      echo '{"state":"down","reason":7}'; printf '{"state":"down","reason":"a\\\\u001bb"}\\n'; sleep 600`;
    assert.deepEqual(await running(t, sh(script)).first(5), [
      'lost: malformed line "hello"',
      'lost: malformed line "{"state":"fine"}"',
      'lost: malformed line "{"state":"up","weight":101}"',
      'lost: malformed line "{"state":"down","reason":7}"',
      'down: a b',
    ]);
  });

  test('a line without an end is lost, and its child ended', async (t) => {
    const [seen] = await running(t, sh('head -c 100000000 /dev/zero; sleep 600')).first(1);
    assert.equal(seen, 'lost: printed a line longer than 4 KiB');
  });

  test('one that exits is lost with its last words, and started again', async (t) => {
    const { first } = running(t, sh(`echo '{"state":"up"}'; echo no database >&2; exit 3`));
    const end = 'lost: exited with code 3: no database';
    assert.deepEqual(await first(4), ['up', end, 'up', end]);
  });

  test('one that is not there is lost', async (t) => {
    assert.deepEqual(await running(t, signal(['/no/such'])).first(1), [
      'lost: /no/such does not exist',
    ]);
  });

  test('silence: without an answer in time, and with nothing to say for too long', async (t) => {
    const times = { intervalMs: 100, timeoutMs: 50 };
    for (const [some, reason] of [
      [{ ...times, trigger: 'poll' }, 'lost: no answer within 50ms'],
      [{ staleAfterMs: 200 }, 'lost: printed no line for 200ms'],
    ] as const) {
      // Time passes only where the test lets it.
      const scheduler = new VirtualTimeScheduler(VirtualAction, START_MAX_MS - 1);
      const { first } = runningOn(scheduler, t, sh(`echo '{"state":"up"}'; sleep 600`, some));
      assert.deepEqual(await first(1), ['up']);
      scheduler.maxFrames = 200;
      scheduler.flush();
      assert.deepEqual(await first(2), ['up', reason]);
    }
  });

  test('one that is slow to start has longer for its first line', async (t) => {
    const script = 'read -r _; sleep 600';
    const poll = sh(script, { trigger: 'poll', intervalMs: 100, timeoutMs: 50 });
    for (const slow of [poll, sh(script, { staleAfterMs: 200 })]) {
      const scheduler = new VirtualTimeScheduler(VirtualAction, START_MAX_MS - 1);
      const { first, observation$ } = runningOn(scheduler, t, slow);
      const seen: string[] = [];
      observation$.subscribe((observation) => seen.push(textOf(observation)));
      scheduler.flush();
      assert.deepEqual(seen, []);
      scheduler.maxFrames = START_MAX_MS;
      scheduler.flush();
      const what = slow.trigger === 'poll' ? 'no answer within' : 'printed no line for';
      assert.deepEqual(await first(1), [`lost: ${what} ${START_MAX_MS}ms`]);
    }
  });

  test('one that is slow to start is not asked again meanwhile', async (t) => {
    const go = join(folder(t), 'go');
    // One read takes all that waits on its stdin.
    const script = `while [ ! -e "$1" ]; do sleep 0.01; done
      echo "{\\"state\\":\\"down\\",\\"reason\\":\\"$(dd bs=1000 count=1 2>&- | wc -c)\\"}"; sleep 600`;
    const command = ['/bin/sh', '-c', script, 'sh', go];
    const poll = { trigger: 'poll', intervalMs: 100, timeoutMs: 50 } as const;
    const scheduler = new VirtualTimeScheduler(VirtualAction, START_MAX_MS - 1);
    const { first } = runningOn(scheduler, t, signal(command, poll));
    scheduler.flush();
    writeFileSync(go, '');
    assert.deepEqual(await first(1), ['down: 1']);
  });

  test('silence in a stall of our own is not the silence of the child', async (t) => {
    const script = 'while :; do echo \'{"state":"up"}\'; sleep 0.1; done';
    const { observation$, first } = running(t, sh(script, { staleAfterMs: 600 }));
    await first(3);
    // The loop does not run, as if the process had been stopped.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
    const seen = await firstValueFrom(observation$.pipe(take(30), toArray()));
    assert.deepEqual(new Set(seen.map(textOf)), new Set(['up']));
  });

  test('its end is logged, with its last line of stderr, and when it is started again', async (t) => {
    const { notice$ } = running(t, sh('echo no database >&2; exit 3'));
    const [first, second] = await firstValueFrom(
      notice$.pipe(
        filter(({ event }) => event === 'execd_ended'),
        take(2),
        toArray(),
      ),
    );
    const end = 'it: exited with code 3: no database; restarting';
    assert.deepEqual([first?.message, second?.message], [`${end} in 1s`, `${end} in 2s`]);
  });

  test('a malformed line and what stands on stderr are reported at once, while it runs', async (t) => {
    const { notice$ } = running(t, sh('echo no database >&2; sleep 0.1; echo up; exec sleep 600'));
    const notices = await firstValueFrom(notice$.pipe(take(2), toArray()));
    assert.deepEqual(
      notices.map(({ event, message }) => [event, message]),
      [
        ['execd_stderr', 'it wrote to stderr: no database'],
        ['execd_malformed', 'it: malformed line "up"'],
      ],
    );
  });

  test('the lines in the documentation mean what it says', () => {
    const text = readFileSync(new URL('../../../docs/plugins.md', import.meta.url), 'utf8');
    const lines = [...text.matchAll(/^ *\| `(\{.*?\})`/gmu)].map(([, line = '']) => line);
    assert.deepEqual(lines.map(readExecdLine), [
      { state: 'up', reason: '', weightPercent: null },
      { state: 'up', reason: '', weightPercent: 40 },
      { state: 'down', reason: '12 jobs wait', weightPercent: null },
    ]);
  });

  test('a flood is cut to a hundred a second, the newest last, and counted', async (t) => {
    const lines = Array.from({ length: 1000 }, (_, n) => `{"state":"down","reason":"${n + 1}"}\n`);
    const file = join(folder(t), 'lines');
    writeFileSync(file, lines.join(''));
    const command = ['/bin/sh', '-c', 'cat "$1"; sleep 600', 'sh', file];
    const { first, notice$ } = running(t, signal(command));
    const notice = firstValueFrom(notice$);
    const seen = await first(101);
    assert.equal(seen[99], 'down: 100');
    assert.equal(seen[100], 'down: 1000');
    const { event, message } = await notice;
    assert.equal(event, 'execd_flood');
    assert.equal(message, 'it sends results too fast: 899 of them were discarded');
  });

  test('the same signal goes on through a reload, unsubscribing ends its child', async (t) => {
    const script = `echo "{\\"state\\":\\"down\\",\\"reason\\":\\"$$\\"}"; sleep 600`;
    const { config$, first, observation$, subscription } = running(t, sh(script));
    const [seen = ''] = await first(1);
    const pid = Number(seen.replace('down: ', ''));
    const again = sh(script, { settle: { ...SETTLE, rise: 9 } });
    const other = sh(`echo '{"state":"up"}'; sleep 600`, { name: 'other' });
    config$.next({ ...emptyConfig, signals: [again, other] });
    await firstValueFrom(observation$.pipe(filter(({ signal: name }) => name === 'other')));
    assert.ok(existsSync(`/proc/${pid}`));
    subscription.unsubscribe();
    while (existsSync(`/proc/${pid}`)) await new Promise((resolve) => setImmediate(resolve));
  });
});

function example(file: string): string {
  return fileURLToPath(new URL(`../../../config/execd/${file}`, import.meta.url));
}

describe('the examples', () => {
  const poll = { trigger: 'poll', intervalMs: 10_000, timeoutMs: 9_000 } as const;

  test('run-queue.sh', async (t) => {
    const command = [example('run-queue.sh'), '10000'];
    assert.deepEqual(await running(t, signal(command, poll)).first(1), ['up']);
    const [busy] = await running(t, signal([example('run-queue.sh'), '0'], poll)).first(1);
    assert.match(busy ?? '', /^down: \d+ processes ready to run on \d+ cores$/);
  });

  test('memory-weight.py', async (t) => {
    const [up] = await running(t, signal([example('memory-weight.py'), '0'])).first(1);
    assert.match(up ?? '', /^up \d+%$/);
    const [down] = await running(t, signal([example('memory-weight.py'), '101'])).first(1);
    assert.match(down ?? '', /^down: \d+\.\d % of memory left$/);
  });

  test('file-age.pl', async (t) => {
    const file = join(folder(t), 'zone');
    const ask = async (): Promise<string[]> =>
      running(t, signal([example('file-age.pl'), file, '3600'], poll)).first(1);
    assert.deepEqual(await ask(), ['down: the file is not there']);
    writeFileSync(file, '');
    assert.deepEqual(await ask(), ['up']);
    utimesSync(file, 1, 1);
    assert.match((await ask())[0] ?? '', /^down: the file is \d+ s old$/);
  });
});
