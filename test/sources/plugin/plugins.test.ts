import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { configWith, fixtures, pluginRun, Rig } from './rig.ts';

for (const isolate of ['worker', 'none'] as const) {
  describe(`isolate: ${isolate}`, () => {
    test('TypeScript and JavaScript, generators and Observables', async () => {
      const rig = new Rig({
        ts: pluginRun('steady.ts', { isolate, options: { state: 'down' } }),
        cjs: pluginRun('common-js.cjs', { isolate }),
        observable: pluginRun('observable.ts', { isolate }),
      });
      await rig.until(() => rig.of('ts').length > 2 && rig.of('cjs').length > 2);
      assert.deepEqual(rig.of('ts')[0]?.reason, 'as told');
      assert.equal(rig.of('cjs')[0]?.weightPercent, 75);
      assert.match(await rig.lost('observable'), /^the plugin ended/);
      assert.deepEqual(
        rig.of('observable').map(({ detail }) => detail),
        ['n=0', 'n=1', 'n=2', 'n=3', 'n=4', undefined],
      );
      rig.close();
    });

    test('a flood is limited to 100 in a second, with a notice', async () => {
      const rig = new Rig({ floods: pluginRun('floods.mjs', { isolate }) });
      const isReported = (): boolean => rig.notices.some(({ event }) => event === 'plugin_flood');
      await rig.until(isReported);
      rig.close();
      // The first hundred, the newest of those after it, and what of the next second was quick enough.
      const kept = rig.of('floods');
      assert.ok(kept.length >= 101 && kept.length <= 201, `${kept.length}`);
      assert.equal(kept[99]?.reason, 'number 99');
      const [, dropped] =
        /: ([0-9]+) of the last second were/.exec(rig.notices[0]?.message ?? '') ?? [];
      // All between those hundred and the newest were counted; each other one is up, without a number.
      const newest = 100 + Number(dropped);
      assert.equal(kept[100]?.reason, newest % 2 === 0 ? '' : `number ${newest}`);
    });

    test('silent for longer than stale_after is lost, and started again', async () => {
      const rig = new Rig({ hangs: pluginRun('hangs.mjs', { isolate, staleAfterMs: 1_500 }) });
      assert.equal(await rig.lost('hangs'), 'the plugin yielded nothing for 1500 ms (stale_after)');
      await rig.until(() => rig.of('hangs').length >= 3);
      assert.deepEqual(
        rig
          .of('hangs')
          .map(({ state }) => state)
          .slice(0, 3),
        ['up', 'lost', 'up'],
      );
      rig.close();
    });

    test('silence in a stall of our own is not a failure of the plugin', async () => {
      const run = pluginRun('steady.ts', { isolate, staleAfterMs: 600, options: { everyMs: 50 } });
      const rig = new Rig({ steady: run });
      await rig.until(() => rig.of('steady').length > 3);
      stall(2_000);
      const before = rig.of('steady').length;
      await rig.until(() => rig.of('steady').length > before + 20);
      assert.ok(rig.of('steady').every(({ state }) => state === 'up'));
      rig.close();
    });

    test('a plugin lies anywhere, or is a package beside the configuration', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'routevane-plugins-'));
      try {
        cpSync(`${fixtures}/steady.ts`, join(folder, 'steady.ts'));
        const inPackage = join(folder, 'node_modules', 'steady-plugin');
        mkdirSync(inPackage, { recursive: true });
        cpSync(`${fixtures}/common-js.cjs`, join(inPackage, 'index.cjs'));
        writeFileSync(join(inPackage, 'package.json'), '{ "main": "index.cjs" }');
        // As packages are that know `import` only.
        const modern = join(folder, 'node_modules', '@plugins', 'modern');
        mkdirSync(modern, { recursive: true });
        cpSync(`${fixtures}/environment.mjs`, join(modern, 'index.js'));
        const exports = { '.': { import: './index.js' } };
        writeFileSync(join(modern, 'package.json'), JSON.stringify({ type: 'module', exports }));
        const rig = new Rig({
          file: pluginRun(join(folder, 'steady.ts'), { isolate }),
          package: { ...pluginRun('', { isolate }), module: 'steady-plugin', folder },
          modern: { ...pluginRun('', { isolate }), module: '@plugins/modern', folder },
        });
        const first = (): unknown[] =>
          ['file', 'package', 'modern'].map((name) => rig.of(name)[0]?.state);
        await rig.until(() => !first().includes(undefined));
        assert.deepEqual(first(), ['up', 'up', 'up']);
        rig.close();
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
}

test('as a check of a real server it is given address and port', async () => {
  const rig = new Rig({});
  const check = {
    type: 'plugin',
    plugin: pluginRun('steady.ts', { options: { state: 'down' } }),
    intervalMs: 1000,
    timeoutMs: 500,
    fastIntervalMs: 200,
    port: 8080,
    source: null,
    sweep: true,
    settle: configWith({ a: pluginRun('steady.ts') }).signals[0]?.settle ?? assert.fail(),
  } as const;
  const server = { address: '10.0.0.1', port: 443, weight: null, domain: null, check };
  const service = {
    name: 'web',
    virtual: null,
    quorum: null,
    hysteresis: null,
    validWhen: null,
    minPooledPercent: null,
    slowStartMs: 0,
    onDown: 'quiesce',
    realServers: [{ ...server, key: 'web/10.0.0.1:443' }],
  } as const;
  rig.config$.next({ ...configWith({}), services: [service] });
  await rig.until(() => rig.of('web/10.0.0.1:443').length > 0);
  assert.equal(rig.of('web/10.0.0.1:443')[0]?.reason, '10.0.0.1 port 8080');
  rig.close();
});

test('a reload ends what is gone, restarts what changed, and leaves the rest alone', async () => {
  const same = pluginRun('steady.ts', { options: { percent: 1 } });
  const rig = new Rig({ same, changes: pluginRun('steady.ts'), goes: pluginRun('steady.ts') });
  await rig.until(() => ['same', 'changes', 'goes'].every((name) => rig.of(name).length > 0));
  const changed = pluginRun('steady.ts', { options: { state: 'down' } });
  rig.config$.next(configWith({ same: structuredClone(same), changes: changed }));
  const gone = rig.of('goes').length;
  await rig.until(() => rig.of('changes').some(({ state }) => state === 'down'));
  const before = rig.of('same').length;
  await rig.until(() => rig.of('same').length > before);
  const threads = (name: string): number => new Set(rig.of(name).map(({ detail }) => detail)).size;
  assert.deepEqual([threads('same'), threads('changes')], [1, 2]);
  assert.equal(rig.of('goes').length, gone);
  assert.deepEqual(rig.notices, []);
  rig.close();
});

test('what a plugin logs has its fields as data, as far as they are', async () => {
  for (const isolate of ['worker', 'none'] as const) {
    const rig = new Rig({ logs: pluginRun('logs.mjs', { isolate }) });
    await rig.until(() => rig.of('logs').length > 0);
    rig.close();
    const long = String(rig.notices[3]?.fields?.['note']);
    assert.deepEqual([long.length, long.slice(0, 12)], [500, '{"text":"xxx']);
    const event = 'plugin_log';
    assert.deepEqual(rig.notices.slice(0, 3), [
      { level: 'info', event, message: 'plugin logs: plain', fields: { leftPct: 4, of: ['a'] } },
      { level: 'warn', event, message: 'plugin logs: no object', fields: { value: 7 } },
      {
        level: 'warn',
        event,
        message: 'plugin logs: in circles',
        fields: { note: 'these fields are not plain data' },
      },
    ]);
  }
});

test('a worker sees of the environment only what programs need', async () => {
  process.env['ROUTEVANE_SECRET'] = 'x';
  const rig = new Rig({ environment: pluginRun('environment.mjs') });
  await rig.until(() => rig.observations.length > 0);
  delete process.env['ROUTEVANE_SECRET'];
  rig.close();
  const [isMainThread, ...names] = rig.observations[0]?.detail?.split(' ') ?? [];
  assert.equal(isMainThread, 'false');
  const allowed = new Set(['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR']);
  const more = names.filter((name) => !allowed.has(name));
  assert.deepEqual(more, []);
  assert.ok(names.includes('PATH'));
});

/** The event loop does not run, as if the process had been stopped. */
function stall(lengthMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lengthMs);
}
