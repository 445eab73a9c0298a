import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test, type TestContext } from 'node:test';
import { filter, firstValueFrom, Subject, take, toArray, type Observable } from 'rxjs';
import type { Config } from '../../../src/model/config.ts';
import type { Observation } from '../../../src/model/observation.ts';
import { nowMs } from '../../../src/platform/clock.ts';
import { probes } from '../../../src/sources/probes/probes.ts';
import { configOf, freePort, realServer, tcpCheck, tcpServer, udpCheck } from './fixtures.ts';

const FAST = { intervalMs: 50, timeoutMs: 40, fastIntervalMs: 20 };

/** Subscribes for the length of the test; configurations are pushed in. */
function running(t: TestContext) {
  const config$ = new Subject<Config>();
  const observation$ = new Subject<Observation>();
  const subscription = probes(config$, { notify: () => {} }).subscribe(observation$);
  t.after(() => subscription.unsubscribe());
  return { config$, observation$, subscription };
}

function nextOf(from$: Observable<Observation>, signal: string, count = 1): Promise<Observation[]> {
  return firstValueFrom(
    from$.pipe(
      filter((observation) => observation.signal === signal),
      take(count),
      toArray(),
    ),
  );
}

/** Sockets and timers of this process that keep it alive, the test's own server aside. */
function openResources(): string[] {
  const kinds = new Set(['Timeout', 'UDPWrap', 'TCPSocketWrap', 'TCPConnectWrap']);
  return process.getActiveResourcesInfo().filter((kind) => kinds.has(kind));
}

/** Until it is so, or many turns of the loop have passed. */
async function turnsUntil(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !holds(); turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('probes', () => {
  test('observes each real server, at the port of its check, with the monotonic time', async (t) => {
    const { config$, observation$ } = running(t);
    const { port } = await tcpServer(t);
    const dead = await freePort();
    const web = [
      realServer('web', { port: 1, check: tcpCheck({ ...FAST, port }) }),
      realServer('web', { port: dead, check: tcpCheck(FAST) }),
    ];
    const all = Promise.all([
      nextOf(observation$, 'web/127.0.0.1:1', 3),
      nextOf(observation$, `web/127.0.0.1:${dead}`, 3),
    ]);
    const beforeMs = nowMs();
    config$.next(configOf({ web }));
    const [up, down] = await all;
    for (const { state, reason, atMs } of up) {
      assert.deepEqual([state, reason], ['up', '']);
      assert.ok(atMs >= beforeMs && atMs <= nowMs());
    }
    for (const { state, reason } of down) assert.deepEqual([state, reason], ['down', 'refused']);
  });

  test('a new configuration: the same target keeps its sentinel, others are closed and opened', async (t) => {
    const { config$, observation$ } = running(t);
    const [kept, changed, gone] = [await tcpServer(t), await tcpServer(t), await tcpServer(t)];
    const hold = tcpCheck({ ...FAST, mode: 'hold' });
    const first = [kept, changed, gone].map(({ port }) => realServer('web', { port, check: hold }));
    const sentinels = Promise.all(
      [kept, changed, gone].map(({ sockets }) => idleConnection(observation$, sockets)),
    );
    config$.next(configOf({ web: first }));
    const [keptSocket, changedSocket, goneSocket] = await sentinels;
    assert.ok(keptSocket && changedSocket && goneSocket);

    const closed = Promise.all([once(changedSocket, 'error'), once(goneSocket, 'error')]);
    const equalHold = { ...hold, settle: { ...hold.settle } };
    config$.next(
      configOf({
        web: [
          realServer('web', { port: kept.port, check: equalHold, domain: 'rack-1', weight: 7 }),
          realServer('web', { port: changed.port, check: { ...hold, timeoutMs: 41 } }),
        ],
      }),
    );
    await closed;
    const goneKey = `web/127.0.0.1:${gone.port}`;
    const seen: string[] = [];
    const listening = observation$.subscribe(({ signal }) => seen.push(signal));
    await nextOf(observation$, `web/127.0.0.1:${changed.port}`, 3);
    await nextOf(observation$, `web/127.0.0.1:${kept.port}`, 3);
    listening.unsubscribe();
    assert.ok(!seen.includes(goneKey));
    assert.equal(keptSocket.destroyed, false);
  });

  test('unsubscribing closes every socket and timer', async (t) => {
    const { config$, observation$, subscription } = running(t);
    const { port, sockets } = await tcpServer(t, (socket) => socket.resume());
    const hold = tcpCheck({ ...FAST, mode: 'hold' });
    const silent = { kind: 'bytes' as const, bytes: Buffer.from('never') };
    config$.next(
      configOf({
        hold: [realServer('hold', { port, check: hold })],
        slow: [realServer('slow', { port, check: tcpCheck({ ...FAST, expect: silent }) })],
        udp: [realServer('udp', { port: 9, check: udpCheck(FAST) })],
      }),
    );
    await Promise.all([
      nextOf(observation$, `hold/127.0.0.1:${port}`, 5),
      nextOf(observation$, `slow/127.0.0.1:${port}`, 2),
      nextOf(observation$, 'udp/127.0.0.1:9', 2),
    ]);
    assert.ok(sockets.size > 0);
    // Timers that are late start several probes in one turn: one may be connecting just now.
    await turnsUntil(() => !openResources().includes('TCPConnectWrap'));
    assert.deepEqual(new Set(openResources()), new Set(['Timeout', 'UDPWrap', 'TCPSocketWrap']));
    subscription.unsubscribe();
    await turnsUntil(() => sockets.size === 0 && openResources().length === 0);
    assert.deepEqual([sockets.size, openResources()], [0, []]);
  });

  test('an unsubscribe from inside an observation is safe', async () => {
    const dead = await freePort();
    const config$ = new Subject<Config>();
    const first = firstValueFrom(probes(config$, { notify: () => {} }));
    config$.next(configOf({ web: [realServer('web', { port: dead, check: tcpCheck(FAST) })] }));
    assert.equal((await first).state, 'down');
    assert.equal(config$.observed, false);
  });

  test('an error of the configuration is passed on, and closes everything', () => {
    const config$ = new Subject<Config>();
    const errors: unknown[] = [];
    probes(config$, { notify: () => {} }).subscribe({ error: (error) => errors.push(error) });
    config$.next(configOf({ web: [realServer('web', { port: 9, check: tcpCheck(FAST) })] }));
    config$.error(new Error('config'));
    assert.equal(errors.length, 1);
  });
});

/** The connection that is still there after some probes: the sentinel. */
async function idleConnection<T>(
  observation$: Observable<Observation>,
  sockets: ReadonlySet<T>,
): Promise<T | undefined> {
  const before = new Set<T>();
  for (;;) {
    await firstValueFrom(observation$);
    for (const socket of sockets) if (before.has(socket)) return socket;
    for (const socket of sockets) before.add(socket);
    for (let turn = 0; turn < 10; turn += 1) await firstValueFrom(observation$);
  }
}
