import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../systemd/ifplugd-action.sh', import.meta.url));
const deadline = { timeout: 60_000 };

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'routevane-hook-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Runs the hook with nothing else in its environment. */
function hook(dir: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const all = { ROUTEVANE_LINK_DIR: dir, ...env };
  return spawnSync(script, args, { env: all, encoding: 'utf8', ...deadline });
}

/** Every file of the folder with its content. */
function files(dir: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]),
  );
}

test('the shell of the script is POSIX: dash takes it without a word', () => {
  const result = spawnSync('dash', ['-n', script], { encoding: 'utf8' });
  assert.equal(result.status, 0, 'install dash');
  assert.equal(result.stderr, '');
});

test('the word is written, for everyone to read, and nothing else', (t) => {
  const dir = join(folder(t), 'made', 'here');
  for (const state of ['up', 'down', 'up']) {
    assert.equal(hook(dir, ['eth0.100', state]).status, 0);
    assert.deepEqual(files(dir), { 'eth0.100': `${state}\n` });
  }
  assert.equal(statSync(join(dir, 'eth0.100')).mode & 0o777, 0o644);
  assert.equal(statSync(dir).mode & 0o777, 0o755);
});

test('a file is replaced, never written again: a reader sees one word or the other', (t) => {
  const dir = folder(t);
  hook(dir, ['eth0', 'up']);
  const before = statSync(join(dir, 'eth0')).ino;
  const reader = readFileSync.bind(null, join(dir, 'eth0'), 'utf8');
  hook(dir, ['eth0', 'down']);
  assert.notEqual(statSync(join(dir, 'eth0')).ino, before);
  assert.equal(reader(), 'down\n');
});

test('what ifplugd adds with -x does not matter', (t) => {
  const dir = folder(t);
  assert.equal(hook(dir, ['eth0', 'up', 'extra; words']).status, 0);
  assert.deepEqual(files(dir), { eth0: 'up\n' });
});

describe('what is refused, writes nothing', () => {
  for (const args of [
    [],
    ['eth0'],
    ['eth0', ''],
    ['eth0', 'UP'],
    ['eth0', 'up\n'],
    ['', 'up'],
    ['.', 'up'],
    ['..', 'up'],
    ['.eth0', 'up'],
    ['../../tmp/x', 'up'],
    ['/etc/passwd', 'up'],
    ['eth0/x', 'up'],
    ['eth0:1', 'up'],
    ['eth 0', 'up'],
    ['eth0\n', 'up'],
    ['eth\t0', 'up'],
    ['\x1b[2J', 'up'],
    ['é', 'up'],
    ['a234567890123456', 'up'],
  ]) {
    test(JSON.stringify(args), (t) => {
      const dir = folder(t);
      const result = hook(dir, args);
      assert.equal(result.status, 2);
      assert.match(result.stderr, /^routevane link hook: [ -~]+\n$/);
      assert.deepEqual(files(dir), {});
    });
  }
});

test('names that look like options or commands are names', (t) => {
  const dir = folder(t);
  for (const name of ['-n', '--help', '$(id)', '`id`', ';id', '*', 'a$HOME', "'", '"']) {
    assert.equal(hook(dir, [name, 'up']).status, 0, name);
    assert.equal(readFileSync(join(dir, name), 'utf8'), 'up\n');
  }
  assert.equal(readdirSync(dir).length, 9);
});

test('what cannot be written is said in one line, and leaves nothing behind', (t) => {
  const dir = folder(t);
  mkdirSync(join(dir, 'eth0'));
  const onFolder = hook(dir, ['eth0', 'up']);
  assert.equal(onFolder.status, 1);
  assert.match(onFolder.stderr, /eth0 is a folder\n$/);
  assert.deepEqual(readdirSync(dir), ['eth0']);
  assert.deepEqual(readdirSync(join(dir, 'eth0')), []);
  writeFileSync(join(dir, 'file'), '');
  const below = hook(join(dir, 'file'), ['eth0', 'up']);
  assert.equal(below.status, 1);
  assert.match(below.stderr, /routevane link hook: cannot make .*file\n$/);
});

const dispatched = (action: string) => ({ NM_DISPATCHER_ACTION: action });

describe('NetworkManager', () => {
  for (const action of ['up', 'down']) {
    test(action, (t) => {
      const dir = folder(t);
      assert.equal(hook(dir, ['eth0', action], dispatched(action)).status, 0);
      assert.deepEqual(files(dir), { eth0: `${action}\n` });
    });
  }

  test('actions that say nothing of a link are passed over', (t) => {
    const dir = folder(t);
    for (const action of ['pre-up', 'dhcp4-change', 'vpn-down', 'reapply']) {
      assert.equal(hook(dir, ['eth0', action], dispatched(action)).status, 0);
    }
    assert.equal(hook(dir, ['none', 'hostname'], dispatched('hostname')).status, 0);
    assert.equal(hook(dir, ['', 'connectivity-change'], dispatched('x')).status, 0);
    assert.deepEqual(files(dir), {});
  });
});

describe('networkd-dispatcher', () => {
  for (const [operational, expected] of [
    ['routable', 'up'],
    ['degraded', 'up'],
    ['degraded-carrier', 'up'],
    ['enslaved', 'up'],
    ['carrier', 'up'],
    ['no-carrier', 'down'],
    ['dormant', 'down'],
    ['off', 'down'],
    ['missing', 'down'],
  ]) {
    test(`${operational} is ${expected}`, (t) => {
      const dir = folder(t);
      const env = { IFACE: 'eth0', OperationalState: `${operational}`, STATE: 'configured' };
      assert.equal(hook(dir, [], env).status, 0);
      assert.deepEqual(files(dir), { eth0: `${expected}\n` });
    });
  }

  test('a state that says nothing of a link is passed over', (t) => {
    const dir = folder(t);
    assert.equal(hook(dir, [], { IFACE: 'eth0', STATE: 'configuring' }).status, 0);
    assert.deepEqual(files(dir), {});
  });
});
