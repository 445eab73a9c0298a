import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { filter, firstValueFrom, NEVER, ReplaySubject, startWith, take, toArray } from 'rxjs';
import type { TcpCheck } from '../../../src/model/check.ts';
import type { Observation } from '../../../src/model/observation.ts';
import type { Notice } from '../../../src/model/notice.ts';
import { probes } from '../../../src/sources/probes/probes.ts';
import { run } from './child.ts';
import { configOf, realServer, SETTLE, tcpCheck, tcpServer } from './fixtures.ts';

const SERVER = fileURLToPath(new URL('server-child.mjs', import.meta.url));
/** So long that nothing but a hint can find a fault within the test. */
const NEVER_AGAIN_MS = 3_600_000;

async function startServer(t: TestContext) {
  const child = run(t, [process.execPath, SERVER]);
  const lines = createInterface(child.stdout);
  const line = await new Promise((resolve) => lines.once('line', resolve));
  return { child, port: Number(line) };
}

/** Probes one server; `next` awaits results that come from now on. */
function watch(t: TestContext, port: number, some: Partial<TcpCheck>) {
  const observation$ = new ReplaySubject<Observation>(1);
  const notices: Notice[] = [];
  const config = configOf({ web: [realServer('web', { port, check: tcpCheck(some) })] });
  const subscription = probes(NEVER.pipe(startWith(config)), {
    notify: (notice) => notices.push(notice),
  }).subscribe(observation$);
  t.after(() => subscription.unsubscribe());
  const next = (state: string, count = 1): Promise<Observation[]> =>
    firstValueFrom(
      observation$.pipe(
        filter((observation) => observation.state === state),
        take(count),
        toArray(),
      ),
    );
  return { next, notices };
}

describe('hold mode against real servers', () => {
  test('a killed server is found by its sentinel alone, with `fall` confirmations', async (t) => {
    const { child, port } = await startServer(t);
    const { next } = watch(t, port, {
      mode: 'hold',
      intervalMs: NEVER_AGAIN_MS,
      fastIntervalMs: 30,
    });
    await next('up', SETTLE.rise);
    const down = next('down', SETTLE.fall);
    child.kill('SIGKILL');
    for (const { reason } of await down) assert.equal(reason, 'refused');
  });

  test('a server that closes idle connections stays up, and is logged once', async (t) => {
    const { port } = await tcpServer(t, (socket) => setTimeout(() => socket.end(), 20));
    const { next, notices } = watch(t, port, { mode: 'hold', intervalMs: 60, fastIntervalMs: 60 });
    const results = await next('up', 20);
    assert.equal(results.length, 20);
    assert.deepEqual(
      notices.map(({ event }) => event),
      ['sentinel_closed_by_server'],
    );
  });

  test('a frozen server keeps its sentinel and is found by the scheduled probe', async (t) => {
    const { child, port } = await startServer(t);
    const { next, notices } = watch(t, port, {
      mode: 'hold',
      intervalMs: 300,
      fastIntervalMs: 200,
      timeoutMs: 150,
      send: Buffer.from('ping'),
      expect: { kind: 'bytes', bytes: Buffer.from('pong') },
    });
    await next('up', SETTLE.rise);
    child.kill('SIGSTOP');
    const frozen = await next('down', SETTLE.fall);
    for (const { reason } of frozen) assert.equal(reason, 'no answer within 150ms');
    child.kill('SIGCONT');
    await next('up', SETTLE.rise);
    assert.deepEqual(notices, []);
  });
});

describe('our own stalls', () => {
  test('a loop that is blocked far beyond the time-out alarms nobody', async (t) => {
    const { port } = await startServer(t);
    const check = tcpCheck({ intervalMs: 100, timeoutMs: 50, fastIntervalMs: 100 });
    const names = Array.from({ length: 100 }, (_, index) => `s${index}`);
    const config = configOf(
      Object.fromEntries(names.map((name) => [name, [realServer(name, { port, check })]])),
    );
    const observation$ = probes(NEVER.pipe(startWith(config)), { notify: () => {} });
    let blocks = 0;
    const whole = firstValueFrom(observation$.pipe(take(600), toArray()));
    const blocker = setInterval(() => {
      blocks += 1;
      const untilMs = performance.now() + 300;
      while (performance.now() < untilMs);
    }, 350);
    t.after(() => clearInterval(blocker));
    const seen = await whole;
    assert.ok(blocks > 1);
    assert.deepEqual(
      seen.filter(({ state }) => state !== 'up'),
      [],
    );
  });
});
