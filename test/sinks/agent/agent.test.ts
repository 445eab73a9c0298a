import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { BehaviorSubject, filter, firstValueFrom, ReplaySubject, skip, Subject } from 'rxjs';
import type { Config } from '../../../src/model/config.ts';
import type { SinkEvent } from '../../../src/model/report.ts';
import type { Turn } from '../../../src/model/turn.ts';
import { agentListener } from '../../../src/sinks/agent/agent.ts';
import { CLIENTS_MAX, NAME_WAIT_MS } from '../../../src/sinks/agent/listener.ts';
import { route } from '../../core/fixtures.ts';
import { configOf, freePort, realServer, tcpServer } from '../../sources/probes/fixtures.ts';
import { turnOf, turnWithRoutes } from '../turn-of.ts';

async function listening(t: TestContext) {
  const port = await freePort();
  const config: Config = {
    ...configOf({
      web: [
        realServer('web', { port: 1, weight: 300 }),
        realServer('web', { port: 2, weight: 100 }),
      ],
    }),
    signals: [],
    agent: { host: '127.0.0.1', port },
  };
  const config$ = new BehaviorSubject(config);
  const turn$ = new Subject<Turn>();
  const report$ = new ReplaySubject<SinkEvent>();
  const subscription = agentListener(config$, turn$).subscribe(report$);
  t.after(() => subscription.unsubscribe());
  await state(report$, 'connected');
  return { port, config, config$, turn$, report$, subscription };
}

/** The first report of a state, or the one after so many others. */
async function state(
  report$: ReplaySubject<SinkEvent>,
  wanted: string,
  others = 0,
): Promise<SinkEvent> {
  return firstValueFrom(
    report$.pipe(
      filter((report) => report.kind === 'state' && report.state === wanted),
      skip(others),
    ),
  );
}

/** The reply to a client that sends this. */
async function asked(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(request);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

const SERVERS = { 'web/127.0.0.1:1': 'up', 'web/127.0.0.1:2': 'up', web: 'up' };

describe('agent', () => {
  test('answers for a service with the weight that is up, for a server, for the node', async (t) => {
    const { port, turn$ } = await listening(t);
    assert.equal(await asked(port, 'web\n'), '', 'nothing is known yet');
    turn$.next(turnOf(SERVERS));
    assert.equal(await asked(port, 'web\r\n'), 'up 100%\n');
    turn$.next(turnOf({ 'web/127.0.0.1:2': 'down: refused' }, { web: 75 }));
    assert.equal(await asked(port, 'web\n'), 'up 75%\n');
    assert.equal(await asked(port, 'web/127.0.0.1:2\n'), 'down #refused\n');
    assert.equal(await asked(port, 'web/127.0.0.1:1\n'), 'up 100%\n');
    assert.equal(await asked(port, ''), 'up 100%\n', 'a client that says nothing');
    turn$.next(turnOf({ web: 'down: 0 of 2\u001b[31m servers' }));
    assert.equal(await asked(port, 'web\n'), 'down #0 of 2 [31m servers\n');
    assert.equal(await asked(port, 'node\n'), 'down #no route or service is up\n');
    turn$.next(turnOf({ web: 'unknown: observer lost' }));
    assert.equal(await asked(port, 'web\n'), '');
  });

  test('what is drained is up at 0 %, until a check fails', async (t) => {
    const { port, config, config$, turn$ } = await listening(t);
    turn$.next(turnOf(SERVERS, { web: 75, 'web/127.0.0.1:2': 0 }));
    assert.equal(await asked(port, 'web/127.0.0.1:2\n'), 'up 0%\n');
    turn$.next(turnOf({ web: 'down: drained by me' }));
    assert.equal(await asked(port, 'web\n'), 'up 0%\n');
    assert.equal(await asked(port, 'node\n'), 'up 0%\n');
    turn$.next(turnOf({ web: 'down: refused' }));
    assert.equal(await asked(port, 'web\n'), 'down #refused\n');
    config$.next({ ...config, routes: [route('r', 'web'), route('s', 'web')] });
    turn$.next(turnWithRoutes({ r: 'announced', s: 'withdrawn' }, 'drain'));
    assert.equal(await asked(port, ''), 'up 50%\n');
    turn$.next(turnWithRoutes({ r: 'draining' }, 'drain'));
    assert.equal(await asked(port, ''), 'up 0%\n');
    turn$.next(turnWithRoutes({ r: 'withdrawn', s: 'withdrawn' }, 'other'));
    assert.equal(await asked(port, ''), 'down #no route or service is up\n');
    config$.next(config);
    config$.next({ ...config, routes: [route('r', 'web')] });
    assert.equal(await asked(port, ''), '', 'a route that was gone is not known yet');
  });

  test('an unknown name gets an empty reply, and is logged once', async (t) => {
    const { port, report$ } = await listening(t);
    const notices: SinkEvent[] = [];
    report$.pipe(filter(({ kind }) => kind === 'notice')).subscribe((one) => notices.push(one));
    for (let time = 0; time < 3; time += 1) assert.equal(await asked(port, 'wbe\u0007\n'), '');
    assert.equal(notices.length, 1);
    assert.ok(notices[0]?.kind === 'notice');
    assert.equal(
      notices[0].message,
      'an agent-check asks for "wbe", which is not a configured name',
    );
  });

  test('a name that came in time counts, however late it is read', async (t) => {
    const { port, turn$ } = await listening(t);
    turn$.next(turnOf(SERVERS, { web: 75 }));
    const [accepted, client] = [connected(port, 1), connect(port, '127.0.0.1')];
    await Promise.all([accepted, once(client, 'connect')]);
    client.write('web\n');
    // Neither reads nor looks at the clock meanwhile, as a machine that is busy.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NAME_WAIT_MS + 50);
    assert.equal(String(await once(client, 'data')), 'up 75%\n');
  });

  test('a client that sends too much, or nothing, is closed', async (t) => {
    const { port } = await listening(t);
    const much = connect(port, '127.0.0.1');
    much.on('error', () => {});
    much.write('x'.repeat(100_000));
    await new Promise((resolve) => much.on('close', resolve));
    const silent = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    silent.resume();
    await new Promise((resolve) => silent.on('end', resolve));
    silent.destroy();
  });

  test('600 clients that send nothing keep no other from a reply, not even from their address', async (t) => {
    const { port, turn$ } = await listening(t);
    turn$.next(turnOf({ web: 'up' }));
    const idle = Array.from({ length: 600 }, () => {
      const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).resume();
      client.on('error', () => {});
      t.after(() => client.destroy());
      return client;
    });
    await Promise.all(idle.map(async (client) => once(client, 'connect')));
    for (let count = 0; count < 5; count += 1) {
      assert.equal(await asked(port, 'web\n'), 'up 100%\n');
    }
  });

  test('clients beyond the limit are closed, and unsubscribing closes all', async (t) => {
    const { port, subscription } = await listening(t);
    const clients = Array.from({ length: CLIENTS_MAX + 20 }, () => connect(port, '127.0.0.1'));
    const closed = clients.map(async (client) => {
      client.on('error', () => {});
      client.resume();
      await new Promise((resolve) => client.on('close', resolve));
    });
    await Promise.race(closed);
    subscription.unsubscribe();
    await Promise.all(closed);
    while (process.getActiveResourcesInfo().includes('TCPServerWrap')) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  test('says why it cannot listen, and listens once it can; follows a reload', async (t) => {
    const { config, config$, report$ } = await listening(t);
    const taken = await tcpServer(t);
    config$.next({ ...config, agent: { host: '127.0.0.1', port: taken.port } });
    const lost = await state(report$, 'lost');
    assert.ok(lost.kind === 'state' && lost.reason === 'cannot listen: EADDRINUSE');
    await taken.stop();
    await state(report$, 'connected', 1);
    assert.equal(await asked(taken.port, 'web\n'), '');
    config$.next({ ...config, agent: null });
    await state(report$, 'off');
  });

  test('completes with the turns', async (t) => {
    const { turn$, report$ } = await listening(t);
    const completed = new Promise<void>((resolve) => report$.subscribe({ complete: resolve }));
    turn$.complete();
    await completed;
  });
});

/** A real HAProxy whose one server follows our answer for `web`: its state and weight, when asked. */
async function haproxy(t: TestContext, agentPort: number): Promise<() => Promise<string>> {
  const dir = mkdtempSync(join(tmpdir(), 'routevane-haproxy-'));
  const [front, back] = [await freePort(), await tcpServer(t)];
  const socket = join(dir, 'stats');
  writeFileSync(
    join(dir, 'haproxy.cfg'),
    `global
  stats socket ${socket} level admin
defaults
  mode tcp
  timeout connect 1s
  timeout client 1s
  timeout server 1s
  timeout check 30s
listen web
  bind 127.0.0.1:${front}
  server a 127.0.0.1:${back.port} weight 200 check inter 100ms agent-check agent-addr 127.0.0.1 agent-port ${agentPort} agent-inter 50ms agent-send "web\\n"
`,
  );
  const child = spawn('/usr/sbin/haproxy', ['-db', '-f', join(dir, 'haproxy.cfg')], {
    stdio: 'ignore',
  });
  t.after(async () => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    rmSync(dir, { recursive: true });
  });
  return async () => {
    const row = (await stats(socket))
      .split('\n')
      .find((line) => line.startsWith('web,a,'))
      ?.split(',');
    return `${row?.[17]} ${row?.[18]}`;
  };
}

/** What HAProxy says on its socket; nothing as long as it is not there. */
async function stats(path: string): Promise<string> {
  const socket = connect(path);
  socket.write('show stat\n');
  let text = '';
  try {
    for await (const chunk of socket) text += String(chunk);
    return text;
  } catch {
    return '';
  }
}

/** Resolves when so many more clients have connected to a port of ours. */
async function connected(port: number, count: number): Promise<void> {
  let left = count;
  await new Promise<void>((resolve) => {
    const seen = (message: unknown): void => {
      const socket: unknown = Object(message).socket;
      if (!(socket instanceof Socket) || socket.localPort !== port) return;
      left -= 1;
      if (left > 0) return;
      unsubscribe('net.server.socket', seen);
      resolve();
    };
    subscribe('net.server.socket', seen);
  });
}

test('a real HAProxy follows: weight, drain, down, and up again; an empty reply changes nothing', async (t) => {
  const { port, turn$ } = await listening(t);
  const server = await haproxy(t, port);
  const becomes = async (wanted: RegExp): Promise<void> => {
    while (!wanted.test(await server())) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await becomes(/^UP 200$/);
  turn$.next(turnOf({ ...SERVERS, 'web/127.0.0.1:2': 'down: refused' }, { web: 75 }));
  await becomes(/^UP.* 150$/);
  turn$.next(turnOf({ web: 'down: drained by me' }));
  await becomes(/^UP.* 0$/);
  turn$.next(turnOf({ web: 'up' }, { web: 75 }));
  await becomes(/^UP.* 150$/);
  turn$.next(turnOf({ web: 'down: none is up' }));
  await becomes(/^DOWN/);
  turn$.next(turnOf({ web: 'unknown: lost' }));
  // Those that came first have had the empty reply when the last one comes.
  await connected(port, 5);
  assert.match(await server(), /^DOWN/);
  turn$.next(turnOf(SERVERS));
  await becomes(/^UP.* 200$/);
});
