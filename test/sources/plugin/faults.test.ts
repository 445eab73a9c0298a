import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fixtures, pluginRun, Rig } from './rig.ts';

/** What a plugin does → the reason it is lost for. */
const faults: readonly (readonly [string, string, unknown, RegExp])[] = [
  ['is missing', 'nowhere.ts', undefined, /^there is no file .*nowhere\.ts$/],
  ['exports nothing as default', 'no-default.ts', undefined, /^has no default export/],
  ['is of the wrong shape', 'wrong-shape.ts', undefined, /^has no function observe/],
  [
    'throws at import',
    'throws-at-import.ts',
    undefined,
    /does not load: boom at import \(throws-at-import\.ts:\d+\)$/,
  ],
  ['awaits for ever at import', 'top-level-await.mjs', undefined, /has no top-level await/],
  ['refuses its options', 'steady.ts', { state: 'upp' }, /^options\.state: .*"up"/],
  ['takes no options', 'hangs.mjs', { a: 1 }, /^options: the plugin "hangs" takes no options$/],
  ['throws', 'throws.mjs', { how: 'throw' }, /^it threw: boom in observe \(throws\.mjs:8\)$/],
  [
    'throws in a timer',
    'throws.mjs',
    { how: 'timer' },
    /^it threw: boom in a timer \(throws\.mjs:11\)$/,
  ],
  [
    'leaves a rejection',
    'throws.mjs',
    { how: 'rejection' },
    /^it threw: nobody waits for this \(throws\.mjs:13\)$/,
  ],
  ['exits', 'throws.mjs', { how: 'exit' }, /^it called process\.exit\(3\)$/],
  ['ends', 'throws.mjs', { how: 'end' }, /^it ended: observe must go on/],
  [
    'yields nonsense',
    'throws.mjs',
    { how: 'nonsense' },
    /^yielded \{ state: 'upp' \}: neither up\(\) nor down\(\)$/,
  ],
  ['fills its heap', 'leaks.mjs', { of: 'heap' }, /^its heap took more than 64 MB: killed$/],
  ['fills buffers', 'leaks.mjs', { of: 'buffers' }, /^its buffers took more than 64 MB: killed$/],
  ['turns in a loop', 'busy.mjs', undefined, /^it kept its thread busy for 6s: killed$/],
];

describe('a plugin that fails is lost with its reason, and harms nobody else', () => {
  const runs = Object.fromEntries(
    faults.map(([what, file, options]) => [what, pluginRun(file, { options })]),
  );
  const rig = new Rig({ sound: pluginRun('steady.ts'), ...runs });
  after(() => rig.close());

  for (const [what, , , reason] of faults) {
    test(what, async () => {
      assert.match(await rig.lost(what), reason);
      const told = rig.notices.find(({ message }) => message.startsWith(`plugin ${what}: `));
      assert.equal(told?.event, 'plugin_failed');
      assert.match(told?.message ?? '', /it is started again in 1s$/);
    });
  }

  test('meanwhile a sound one goes on', async () => {
    const before = rig.of('sound').length;
    await rig.until(() => rig.of('sound').length > before + 10);
    assert.ok(rig.of('sound').every(({ state }) => state === 'up'));
  });
});

test('in the daemon’s own thread a failure has the same reasons', async () => {
  const here = { isolate: 'none' } as const;
  const rig = new Rig({
    missing: pluginRun('nowhere.ts', here),
    throws: pluginRun('throws.mjs', { ...here, options: { how: 'throw' } }),
    ends: pluginRun('throws.mjs', { ...here, options: { how: 'end' } }),
    package: { ...pluginRun('', here), module: 'no-such-package' },
  });
  assert.equal(await rig.lost('missing'), `there is no file ${fixtures}/nowhere.ts`);
  assert.equal(await rig.lost('throws'), 'it threw: boom in observe (throws.mjs:8)');
  assert.match(await rig.lost('ends'), /^it ended/);
  assert.match(await rig.lost('package'), /^there is no package no-such-package for /);
  rig.close();
});

test('there, too, what it throws late ends the plugin and not the daemon, which its own bugs end', () => {
  const child = fileURLToPath(new URL('throws-child.ts', import.meta.url));
  const words = ['--import', 'tsx', child];
  const { status, stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  const reasons = [
    'it threw: boom in a timer (throws.mjs:11)',
    'it threw: nobody waits for this (throws.mjs:13)',
  ];
  assert.deepEqual(stdout.split('\n'), [...reasons, 'a bug: ours', '']);
  assert.equal(status, 1);
});
