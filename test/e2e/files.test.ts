import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { assertApiOutput } from '../api-check.ts';
import { makeNamespace, type Namespace } from './namespace.ts';
import { Owner } from './owner.ts';
import { routevaneCommand, startRoutevane, type Routevane } from './routevane.ts';
import { until } from './until.ts';

const secret = 'root:x:0:0:root:/root:/bin/sh\n';
const endsWithinMs = 60_000;
const route = '198.51.100.1/32';
const stateFiles = ['maintenance.json', 'exabgp-routes.json', 'journal.jsonl'];

type Trap = (path: string) => void;

describe('files that somebody else put where ours belong', () => {
  const owner = new Owner();
  let namespace: Namespace;
  let folders = 0;
  let root = '';

  before(() => {
    root = mkdtempSync(join(tmpdir(), 'routevane-files-'));
    owner.own(() => rmSync(root, { recursive: true, force: true }));
    namespace = makeNamespace(owner);
  });
  after(() => owner.close());

  /** A folder in which every file that the daemon would use is a trap. */
  function trapped(trap: Trap): string {
    folders += 1;
    const dir = join(root, String(folders));
    for (const name of ['state', 'track', 'link']) mkdirSync(join(dir, name), { recursive: true });
    writeFileSync(join(dir, 'victim'), secret);
    for (const name of stateFiles) {
      trap(join(dir, 'state', name));
      trap(join(dir, 'state', `${name}.tmp`));
    }
    trap(join(dir, 'track/web'));
    trap(join(dir, 'track/.web.new'));
    trap(join(dir, 'link/lo'));
    writeFileSync(join(dir, 'c.yaml'), config(dir));
    return dir;
  }

  function start(dir: string): Routevane {
    return startRoutevane(owner, namespace, 'run', '-c', join(dir, 'c.yaml'));
  }

  const traps: readonly (readonly [string, RegExp, Trap])[] = [
    ['a FIFO', /is a FIFO/u, (path) => void execFileSync('mkfifo', [path])],
    ['a link', /is a symbolic link/u, (path) => symlinkSync('../victim', path)],
    ['a link to nothing', /is a symbolic link/u, (path) => symlinkSync('../made', path)],
    ['a link to a device', /is a symbolic link/u, (path) => symlinkSync('/dev/zero', path)],
    ['a folder', /is a folder/u, (path) => mkdirSync(path)],
    ['a device', /is a device/u, (path) => void execFileSync('mknod', [path, 'c', '1', '5'])],
  ];
  for (const [what, kind, trap] of traps) {
    test(`${what}: logged, nothing read or written through it, and the stop hangs on none`, async () => {
      const dir = trapped(trap);
      const daemon = start(dir);
      for (const name of ['maintenance.json', 'exabgp-routes.json', 'journal.jsonl', 'track/web']) {
        await daemon.until(() => logged(daemon, name, kind), `${name} is refused`);
      }
      await daemon.until(() => logged(daemon, 'link_file_refused', kind), 'and the link');
      const { signals, sinks } = statusOf(dir);
      assert.match(JSON.stringify(signals), /observer lost: state file is a/u);
      assert.ok(sinks.some(({ name, state }) => name === 'journal' && state === 'lost'));
      ask(dir, 'drain', 'node', '--force');
      daemon.kill('SIGTERM');
      assert.equal(await daemon.exit(endsWithinMs), 0);
      assert.equal(readFileSync(join(dir, 'victim'), 'utf8'), secret);
      assert.ok(!existsSync(join(dir, 'made')));
    });
  }

  test('a stop hangs on no reader of the log that has stopped reading, and has its exit code', async () => {
    const dir = trapped(() => {});
    const text = config(dir).replace('exabgp: { via: stdio, ack_timeout: 300ms }, ', '');
    writeFileSync(join(dir, 'c.yaml'), text);
    const pipe = join(dir, 'log');
    execFileSync('mkfifo', [pipe]);
    // Open for both, so that it exists as long as this test; full, and nobody reads it.
    const log = openSync(pipe, 'r+');
    const filler = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    owner.own(() => closeSync(filler));
    assert.throws(() => {
      for (;;) writeSync(filler, Buffer.alloc(4096, '\n'));
    }, /EAGAIN/u);
    const [program = '', ...words] = routevaneCommand('run', '-c', join(dir, 'c.yaml'));
    const [command = '', ...args] = namespace.inside([program, ...words]);
    const daemon = spawn(command, args, { stdio: ['ignore', 'ignore', log] });
    owner.own(() => daemon.kill('SIGKILL'));
    await until(() => ask(dir, 'status') !== '', endsWithinMs, 'it serves, whoever reads its log');
    const ended = once(daemon, 'exit', { signal: AbortSignal.timeout(endsWithinMs) });
    daemon.kill('SIGTERM');
    const [code] = await ended;
    closeSync(log);
    assert.equal(code, 0);
  });

  test('a configuration that is a FIFO or a device ends check and run at once', () => {
    const fifo = join(root, 'config-fifo');
    execFileSync('mkfifo', [fifo]);
    for (const [path, kind] of [
      [fifo, 'a FIFO'],
      ['/dev/zero', 'a device'],
      [root, 'a folder'],
    ] as const) {
      for (const command of ['check', 'run']) {
        const [program = '', ...words] = routevaneCommand(command, '-c', path);
        const { status, stdout, stderr } = spawnSync(program, words, {
          encoding: 'utf8',
          timeout: endsWithinMs,
        });
        assert.equal(status, 78, stderr);
        assert.ok(`${stdout}${stderr}`.includes(`it is ${kind} and not a regular file`), stderr);
      }
    }
  });

  test('a configuration from the shell, by <( ), is still read', () => {
    const dir = trapped(() => {});
    const command = routevaneCommand('check', '-c').join(' ');
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', `${command} <(cat ${join(dir, 'c.yaml')})`],
      { encoding: 'utf8', timeout: endsWithinMs },
    );
    assert.equal(status, 0, stderr);
  });
});

function config(dir: string): string {
  return `
node: lb-a
state_dir: ${dir}/state
admin: { socket: ${dir}/admin.sock }
sources: { ifplugd: { dir: ${dir}/link } }
check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }
signals: { eth: { type: link, interface: lo, lost_hold: 0s } }
services: { web: { check: { type: tcp }, real_servers: ["127.1.0.1:80"] } }
routes: [{ prefix: ${route}, when: eth, drain: 0s }]
outputs: { exabgp: { via: stdio, ack_timeout: 300ms }, track_files: { dir: ${dir}/track } }
`;
}

function logged(daemon: Routevane, what: string, kind: RegExp): boolean {
  return daemon
    .stderr()
    .split('\n')
    .some((line) => line.includes(what) && kind.test(line));
}

interface Status {
  readonly signals: readonly unknown[];
  readonly sinks: readonly { readonly name: string; readonly state: string }[];
}

function statusOf(dir: string): Status {
  return JSON.parse(ask(dir, 'status', '--json'));
}

function ask(dir: string, ...words: readonly string[]): string {
  const [program = '', ...args] = routevaneCommand(...words, '--socket', join(dir, 'admin.sock'));
  const { stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: endsWithinMs });
  assertApiOutput(words, stdout);
  return stdout;
}
