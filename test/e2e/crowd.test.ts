import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { freePort } from '../sources/probes/fixtures.ts';
import { assertApiOutput } from '../api-check.ts';
import { Owner } from './owner.ts';
import { routevaneCommand, startRoutevane, type Routevane } from './routevane.ts';
import { until } from './until.ts';

const token = 'a-token-of-many-characters';
const withinMs = 60_000;
const nobody = 65_534;
const halfOpen = 'GET /api/v1/status HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: ';

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('crowds at the doors of the daemon', () => {
  const owner = new Owner();
  let folder = '';
  let path = '';
  let port = 0;
  let agentPort = 0;
  let daemon: Routevane;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'routevane-crowd-'));
    owner.own(() => rmSync(folder, { recursive: true, force: true }));
    chmodSync(folder, 0o755);
    path = join(folder, 'admin.sock');
    port = await freePort();
    agentPort = await freePort();
    writeFileSync(join(folder, 'token'), token, { mode: 0o600 });
    writeFileSync(join(folder, 'c.yaml'), config(folder, port, agentPort));
    daemon = startRoutevane(owner, null, 'run', '-c', join(folder, 'c.yaml'));
    const lines = (): number => daemon.stderr().split('"event":"admin_listens"').length - 1;
    await daemon.until(() => lines() === 2, 'both doors are open');
    await daemon.until(() => daemon.stderr().includes('web is down'), 'the server is judged');
    chmodSync(path, 0o666);
  });
  after(() => owner.close());

  async function status(): Promise<void> {
    for (let count = 0; count < 3; count += 1) {
      const { code, stderr } = run(path, 'status');
      assert.equal(code, 0, stderr);
    }
  }

  async function statusByTcp(authorization = `Bearer ${token}`): Promise<number> {
    const url = `http://127.0.0.1:${port}/api/v1/status`;
    return (await fetch(url, { headers: { authorization, connection: 'close' } })).status;
  }

  test('200 half-open requests on the socket lock nobody out', async () => {
    await crowd(200, () => connect(path), halfOpen, status);
  });

  test('200 half-open requests over TCP lock nobody out of either door', async () => {
    await crowd(
      200,
      () => connect(port, '127.0.0.1'),
      halfOpen,
      async () => {
        assert.equal(await statusByTcp(), 200);
        await status();
      },
    );
  });

  test('64 watchers leave room for status, drain and undrain; a 65th is refused with a reason', async () => {
    const watchers = Array.from({ length: 64 }, () => {
      const watcher = new WebSocket(`ws+unix:${path}:/api/v1/stream`);
      owner.own(() => watcher.terminate());
      return watcher;
    });
    await Promise.all(watchers.map(async (watcher) => once(watcher, 'open')));
    await status();
    const drained = run(path, 'drain', 'node', '--force');
    assert.equal(drained.code, 0, drained.stderr);
    assert.equal(run(path, 'undrain', 'node').code, 0);
    const late = run(path, 'watch');
    assert.equal(late.code, 1);
    assert.match(late.stderr, /streams are open/u);
    // Another user has its share of them.
    const other = spawn(process.execPath, ['-e', watcherOf(path)], {
      uid: nobody,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    owner.own(() => other.kill());
    const [said] = await once(other.stdout, 'data');
    assert.match(String(said), /^HTTP\/1\.1 101 /u);
    for (const watcher of watchers) watcher.terminate();
  });

  test('600 idle agent connections leave HAProxy its answer', async () => {
    await crowd(
      600,
      () => silent(agentPort),
      '',
      async () => {
        for (let count = 0; count < 5; count += 1) {
          const haproxy = connect(agentPort, '127.0.0.1');
          haproxy.write('web\n');
          const [answer] = await once(haproxy, 'data');
          assert.match(String(answer), /^down #/u);
        }
      },
    );
  });

  test('a right token is let in after any number of wrong ones', async () => {
    const answers: number[] = [];
    for (let count = 0; count < 15; count += 1) {
      answers.push(await statusByTcp(`Bearer not-the-token-${count}-at-all`));
    }
    assert.deepEqual([...new Set(answers)], [401, 429]);
    assert.equal(await statusByTcp(), 200);
  });

  test('a drain belongs to the user of the socket, whatever name it gives', async () => {
    const asNobody = spawnSync(process.execPath, ['-e', drainOf(path, 'root')], {
      uid: nobody,
      cwd: '/',
      encoding: 'utf8',
      timeout: withinMs,
    });
    assert.equal(asNobody.stdout, '200', asNobody.stderr);
    const by = 'nobody (uid 65534) on behalf of root';
    const logged = (event: string): boolean =>
      daemon
        .stderr()
        .split('\n')
        .some((line) => line.includes(event) && line.includes(by));
    await until(
      () => logged('drain_begun'),
      withinMs,
      'it is in the log',
      () => daemon.stderr(),
    );
    const { drain } = JSON.parse(run(path, 'status', '--json').stdout);
    assert.deepEqual([drain?.owner, drain?.on_behalf_of], ['nobody (uid 65534)', 'root']);
    assert.ok(run(path, 'explain', 'web').code === 0);
    assert.equal(run(path, 'undrain', 'node').code, 0);
    assert.match(daemon.stderr(), /maintenance of node was ended by root \(uid 0\)"/u);
  });
});

/** A drain of the node that prints its status. */
function drainOf(path: string, owner: string): string {
  const options = {
    socketPath: path,
    path: '/api/v1/drain/node',
    method: 'POST',
    headers: { connection: 'close' },
  };
  return `require('node:http')
    .request(${JSON.stringify(options)}, (answer) => process.stdout.write(String(answer.statusCode)))
    .end(${JSON.stringify(JSON.stringify({ owner, force: true }))})`;
}

/** A watcher that prints the first it hears; as text, because the checkout may not be readable to it. */
function watcherOf(path: string): string {
  const request =
    'GET /api/v1/stream HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
    `sec-websocket-version: 13\r\nsec-websocket-key: ${Buffer.alloc(16).toString('base64')}\r\n\r\n`;
  return `require('node:net').connect(${JSON.stringify(path)})
    .once('data', (data) => process.stdout.write(data.subarray(0, 40)))
    .write(${JSON.stringify(request)})`;
}

function config(folder: string, port: number, agentPort: number): string {
  return `
node: lb-a
state_dir: ${folder}/state
admin:
  socket: ${folder}/admin.sock
  listen: 127.0.0.1:${port}
  token_file: ${folder}/token
check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 1 }
services: { web: { check: { type: tcp }, real_servers: ["127.0.0.1:1"] } }
outputs: { agent: { listen: "127.0.0.1:${agentPort}" } }
`;
}

function run(socket: string, ...words: readonly string[]): Outcome {
  const [program = '', ...args] = routevaneCommand(...words, '--socket', socket);
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: withinMs,
  });
  assertApiOutput(words, stdout);
  return { code: status, stdout, stderr };
}

/** A crowd of connections, each with the same first words; gone after `then`. */
async function crowd(
  count: number,
  dial: () => Socket,
  words: string,
  then: () => Promise<void>,
): Promise<void> {
  const sockets = Array.from({ length: count }, () => {
    const socket = dial().resume();
    socket.on('error', () => {});
    if (words !== '') socket.write(words);
    return socket;
  });
  await Promise.all(sockets.map(async (socket) => once(socket, 'connect')));
  try {
    await then();
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function silent(port: number): Socket {
  return connect({ port, host: '127.0.0.1', allowHalfOpen: true });
}
