import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fixtures, pluginRun, Rig } from './rig.ts';

/** What a plugin does → the reason it is lost for. */
const faults: readonly (readonly [string, string, unknown, RegExp])[] = [
  ['is missing', 'nowhere.ts', undefined, /^the plugin file .*nowhere\.ts does not exist$/],
  ['exports nothing as default', 'no-default.ts', undefined, /^the plugin has no default export/],
  ['is of the wrong shape', 'wrong-shape.ts', undefined, /^the plugin has no function observe/],
  [
    'throws at import',
    'throws-at-import.ts',
    undefined,
    /cannot be loaded: boom at import \(throws-at-import\.ts:\d+\)$/,
  ],
  [
    'awaits for ever at import',
    'top-level-await.mjs',
    undefined,
    /top-level await is not possible/,
  ],
  ['refuses its options', 'steady.ts', { state: 'upp' }, /^options\.state: .*"up"/],
  ['takes no options', 'hangs.mjs', { a: 1 }, /^options: the plugin "hangs" takes no options$/],
  [
    'throws',
    'throws.mjs',
    { how: 'throw' },
    /^the plugin threw an error: boom in observe \(throws\.mjs:8\)$/,
  ],
  [
    'throws in a timer',
    'throws.mjs',
    { how: 'timer' },
    /^the plugin threw an error: boom in a timer \(throws\.mjs:11\)$/,
  ],
  [
    'leaves a rejection',
    'throws.mjs',
    { how: 'rejection' },
    /^the plugin threw an error: nobody waits for this \(throws\.mjs:13\)$/,
  ],
  ['exits', 'throws.mjs', { how: 'exit' }, /^the plugin called process\.exit\(3\)$/],
  ['ends', 'throws.mjs', { how: 'end' }, /^the plugin ended: observe\(\) must run/],
  [
    'yields nonsense',
    'throws.mjs',
    { how: 'nonsense' },
    /^the plugin yielded \{ state: 'upp' \}: expected up\(\) or down\(\)$/,
  ],
  ['fills its heap', 'leaks.mjs', { of: 'heap' }, /^the plugin used more heap than 64 MB: killed$/],
  [
    'fills buffers',
    'leaks.mjs',
    { of: 'buffers' },
    /^the plugin used more than 64 MB of buffers: killed$/,
  ],
  ['turns in a loop', 'busy.mjs', undefined, /^the plugin blocked its thread for 6s: killed$/],
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
      const failure = rig.notices.find(({ message }) => message.startsWith(`${what}: `));
      assert.equal(failure?.event, 'plugin_failed');
      assert.match(failure?.message ?? '', /restarting in 1s$/);
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
  assert.equal(await rig.lost('missing'), `the plugin file ${fixtures}/nowhere.ts does not exist`);
  assert.equal(
    await rig.lost('throws'),
    'the plugin threw an error: boom in observe (throws.mjs:8)',
  );
  assert.match(await rig.lost('ends'), /^the plugin ended/);
  assert.match(await rig.lost('package'), /^the package no-such-package is not installed for /);
  rig.close();
});

test('there, too, what it throws late ends the plugin and not the daemon, which its own bugs end', () => {
  const child = fileURLToPath(new URL('throws-child.ts', import.meta.url));
  const words = ['--import', 'tsx', child];
  const { status, stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  const reasons = [
    'the plugin threw an error: boom in a timer (throws.mjs:11)',
    'the plugin threw an error: nobody waits for this (throws.mjs:13)',
  ];
  assert.deepEqual(stdout.split('\n'), [...reasons, 'a bug: ours', '']);
  assert.equal(status, 1);
});
