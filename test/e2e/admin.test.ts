import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { tcpServer, type DemoServer } from '../../src/cli/demo-servers.ts';
import { ask } from '../../src/cli/admin-client.ts';
import { assertApi, assertApiOutput } from '../api-check.ts';
import { Owner } from './owner.ts';
import { routevaneCommand, startRoutevane, type Routevane } from './routevane.ts';
import { until } from './until.ts';

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What is asked of a status here. */
interface Status {
  readonly services: readonly { readonly real_servers: readonly { readonly state: string }[] }[];
  readonly routes: readonly { readonly state: string }[];
}

const withinMs = 30_000;

/** As the kernel knows who runs this test. */
const ourName = userInfo().username;

describe('the commands for people, against a daemon with real servers', () => {
  const owner = new Owner();
  let folder = '';
  let socket = '';
  let first: DemoServer;
  let second: DemoServer;
  let daemon: Routevane;
  let events: { readonly text: () => string };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'routevane-admin-'));
    owner.own(() => rmSync(folder, { recursive: true, force: true }));
    socket = join(folder, 'run/admin.sock');
    first = await tcpServer();
    second = await tcpServer();
    writeFileSync(join(folder, 'c.yaml'), config(folder, socket, first.port, second.port));
    daemon = await start();
    events = follow(owner, socket, 'watch', '--json');
    await until(() => events.text().includes('"snapshot"'), withinMs, 'it listens', events.text);
  });
  after(async () => {
    owner.close();
    await Promise.all([first.fail(), second.fail()]);
  });

  async function start(): Promise<Routevane> {
    const started = startRoutevane(owner, null, 'run', '-c', join(folder, 'c.yaml'));
    await until(serves, withinMs, 'both servers are up, and the route is announced', () =>
      started.stderr(),
    );
    return started;
  }

  /** One server would do for the route: what follows wants to know of both. */
  async function serves(): Promise<boolean> {
    const { code, stdout } = await run('status', '--json');
    if (code !== 0) return false;
    const { services, routes }: Status = JSON.parse(stdout);
    const servers = services.flatMap(({ real_servers: each }) => each);
    const things = [...servers.map(({ state }) => state), ...routes.map(({ state }) => state)];
    return things.join(' ') === 'up up announced';
  }

  async function run(...words: readonly string[]): Promise<Outcome> {
    return outcome(words, socket);
  }

  test('status is a table without colours, and nothing is cut in a pipe; JSON with --json', async () => {
    const { code, stdout } = await run('status');
    assert.equal(code, 0);
    assert.match(stdout, /^lb-a +routevane [^\n]*\n/u);
    assert.match(stdout, /192\.0\.2\.10\/32 +announced .*MED 100/u);
    for (const line of stdout.split('\n')) {
      assert.match(line, /^\P{C}*$/u);
      assert.doesNotMatch(line, /…/u);
    }
    const json = JSON.parse((await run('status', '--json')).stdout);
    assert.deepEqual(
      [json.services[0].name, json.services[0].state, json.routes[0].state],
      ['web', 'up', 'announced'],
    );
    assert.equal(typeof json.services[0].real_servers[0].latency_ms, 'number');
    assert.equal(statSync(socket).mode & 0o777, 0o660);
  });

  test('explain leads from a route to the observation at its root', async () => {
    const { code, stdout } = await run('explain', '192.0.2.10/32');
    assert.equal(code, 0);
    assert.match(stdout, /^route 192\.0\.2\.10\/32 is announced for /u);
    assert.match(stdout, /service web is up/u);
    assert.match(stdout, /Cause: at \d\d:\d\d:\d\d\.\d{3} web\/127\.0\.0\.1:\d+ was observed up/u);
  });

  test('unknown names get the nearest, wrong usage exits with 2', async () => {
    const unknown = await run('explain', 'wbe');
    assert.deepEqual([unknown.code, unknown.stdout], [1, '']);
    assert.match(unknown.stderr, /^routevane: wbe: .*did you mean web\?\n$/u);
    assert.equal((await run('explain')).code, 2);
    assert.equal((await run('explain', '')).code, 2);
    const long = await run('explain', 'x'.repeat(2000));
    assert.equal(long.code, 1);
    assert.ok(long.stderr.length < 300, long.stderr);
    assert.equal((await run('drain', 'web', '--for', 'long')).code, 2);
    const tooLong = await run('drain', 'web', '--for', '9000h');
    assert.deepEqual([tooLong.code, tooLong.stderr.includes('at most')], [2, true]);
    const none = await run('status', 'wbe');
    assert.deepEqual([none.code, none.stdout], [1, '']);
    assert.match(none.stderr, /^routevane: wbe: .*did you mean web\?\n$/u);
    assert.equal((await run('watch', 'x')).code, 2);
  });

  test('watch shows a failure and its withdraw as they happen', async () => {
    const watch = follow(owner, socket, 'watch');
    await until(() => /snapshot +lb-a: .*1 announced/u.test(watch.text()), withinMs, 'it listens');
    await first.fail();
    await second.fail();
    await until(() => /health +web is down/u.test(watch.text()), withinMs, 'health', watch.text);
    await until(() => /action +exabgp sent: withdraw/u.test(watch.text()), withinMs, 'action');
    await first.recover();
    await second.recover();
    const isBack = (): boolean => /sent: withdraw[^]*sent: announce/u.test(watch.text());
    await until(isBack, withinMs, 'announce', watch.text);
    await until(serves, withinMs, 'the other server is back, too');
  });

  test('drain waits until it is done, survives a kill, and undrain ends it', async () => {
    const watch = follow(owner, socket, 'watch');
    await until(() => watch.text().includes('snapshot'), withinMs, 'it listens', watch.text);
    const name = `127.0.0.1:${first.port}`;
    const drained = await run(
      'drain',
      name,
      '--for',
      '1h',
      '--reason',
      'kernel',
      '--owner',
      'al',
      '--wait',
    );
    assert.equal(drained.code, 0, drained.stderr);
    assert.match(drained.stdout, /in maintenance until [^\n]*\nweb\/[^\n]*: drained\n$/u);
    const last = await run('drain', `127.0.0.1:${second.port}`);
    assert.equal(last.code, 1);
    assert.match(last.stderr, /is the last server of web .*--force/u);
    assert.match(readFileSync(join(folder, 'state/maintenance.json'), 'utf8'), /"kernel"/u);

    daemon.kill('SIGKILL');
    await daemon.exit(withinMs);
    const gone = await run('status');
    assert.deepEqual([gone.code, gone.stdout], [1, '']);
    assert.match(gone.stderr, /^routevane: no daemon listens at [^\n]*start routevane run\n$/u);
    daemon = await start();
    const isBack = (): boolean => /connecting again\n[^]* snapshot /u.test(watch.text());
    await until(isBack, withinMs, 'watch found the new one by itself', watch.text);
    assert.match(
      (await run('status')).stdout,
      new RegExp(String.raw`in maintenance: kernel \(${ourName} for al\), until`, 'u'),
    );
    assert.match(
      (await run('explain', name)).stdout,
      new RegExp(String.raw`in maintenance: kernel \(${ourName} for al\)`, 'u'),
    );

    const ended = await run('undrain', name);
    assert.equal(ended.code, 0, ended.stderr);
    assert.ok(!(await run('status')).stdout.includes('kernel'));
  });

  test('a route is drained by a worse MED first and withdrawn then', async () => {
    const from = daemon.stdout().length;
    assert.equal((await run('drain', '192.0.2.10/32', '--wait')).code, 0);
    const steps = /announce route 192\.0\.2\.10\/32 [^\n]*65535:0[^\n]*\nwithdraw route/u;
    await daemon.until(() => steps.test(daemon.stdout().slice(from)), 'both steps');
    assert.equal((await run('undrain', '192.0.2.10/32')).code, 0);
    await daemon.until(
      () => /withdraw[^]*announce/u.test(daemon.stdout().slice(from)),
      'announced again',
    );
  });

  test('the journal of both lives replays to exactly what they decided', async () => {
    const journal = join(folder, 'state/journal.jsonl');
    // Told on disk at the latest 100 ms after it happened: the route came back last of all.
    const isWritten = (): boolean =>
      /"to":"withdrawn"[^\n]*"drain"[^]*"to":"announced"/u.test(readFileSync(journal, 'utf8'));
    await until(isWritten, withinMs, 'the end of the maintenance is in the journal');
    const { code, stdout, stderr } = await run(
      'replay',
      journal,
      '-c',
      join(folder, 'c.yaml'),
      '--diff',
    );
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^0 differences$/mu);
    assert.match(stdout, /^routes flapped +1 +1$/mu);
  });

  test('every answer and every event so far is as the JSON Schema of the API says', async () => {
    const server = `web/127.0.0.1:${first.port}`;
    for (const name of ['node', '192.0.2.10/32', 'web', server]) {
      assert.equal((await run('explain', name, '--json')).code, 0);
    }
    const history = await ask(socket, '/api/v1/history');
    assertApi('History', history.ok ? history.text : '');
    const messages = events.text().split('\n').slice(0, -1);
    const sent = messages.filter((line) => line.startsWith('{'));
    for (const line of sent) assertApi('StreamMessage', line);
    const types = new Set(sent.map((line) => String(JSON.parse(line).type)));
    const expected = ['snapshot', 'health', 'decision', 'action', 'drain'];
    assert.deepEqual(
      expected.filter((type) => !types.has(type)),
      [],
    );
  });

  test('the socket goes with the daemon', async () => {
    daemon.kill('SIGTERM');
    assert.equal(await daemon.exit(withinMs), 0);
    assert.equal(existsSync(socket), false);
    for (const command of ['status', 'watch']) {
      const { code, stdout, stderr } = await run(command);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /^routevane: the socket [^\n]* does not exist[^\n]*\n$/u);
    }
  });
});

async function outcome(words: readonly string[], socket: string): Promise<Outcome> {
  const [command = '', ...args] = routevaneCommand(...words);
  const env = { ...process.env, ROUTEVANE_SOCKET: socket };
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = await once(child, 'close');
  if (code === 0) assertApiOutput(words, stdout);
  return { code, stdout, stderr };
}

/** A command that does not end by itself. */
function follow(owner: Owner, socket: string, ...words: readonly string[]): { text: () => string } {
  const [command = '', ...args] = routevaneCommand(...words);
  const env = { ...process.env, ROUTEVANE_SOCKET: socket };
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  owner.own(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { text: () => text };
}

function config(folder: string, socket: string, first: number, second: number): string {
  return `
node: lb-a
state_dir: ${join(folder, 'state')}
check_defaults: { interval: 200ms, timeout: 100ms, rise: 1, fall: 1 }
services:
  web: { check: { type: tcp }, real_servers: ["127.0.0.1:${first}", "127.0.0.1:${second}"] }
routes:
  - { prefix: 192.0.2.10/32, when: web, med: 100, drain: 200ms }
outputs: { exabgp: { via: stdio, ack_timeout: 200ms } }
admin: { socket: ${socket} }
`;
}
