import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runPlugin, type TestResult } from 'routevane/plugin-test';
import conntrackFill from '../../../config/plugins/conntrack-fill.ts';
import diskFree from '../../../config/plugins/disk-free.ts';
import ipvsConnections from '../../../config/plugins/ipvs-connections.ts';
import loadPerCore from '../../../config/plugins/load-per-core.ts';
import systemdUnit from '../../../config/plugins/systemd-unit.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'routevane-examples-'));
});
after(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** A systemctl that is a script. */
function systemctl(state: string): string {
  const path = write('systemctl', `#!/bin/sh\n[ "$4" = web.service ] || exit 1\n${state}\n`);
  chmodSync(path, 0o755);
  return path;
}

function show(active: string, result: string, load = 'loaded'): string {
  return `echo LoadState=${load}; echo ActiveState=${active}; echo SubState=x; echo Result=${result}`;
}

/** The plugin, where systemctl is this. */
async function at(state: string): Promise<TestResult> {
  const options = { unit: 'web.service', systemctl: systemctl(state), timeoutMs: 60_000 };
  return runPlugin(systemdUnit, { options, forMs: 0 });
}

/** The state, and why, of the first observation. */
function first({ seen }: TestResult): string {
  return `${seen[0]?.state}: ${seen[0]?.reason}`;
}

describe('disk-free', () => {
  test('is up every ten seconds where there is room', async () => {
    const { seen, lost } = await runPlugin(diskFree, {
      options: { path: folder, freeMinPct: 0, inodesFreeMinPct: 0 },
      forMs: 30_000,
    });
    assert.equal(lost, null);
    assert.deepEqual(
      seen.map(({ atMs, state }) => [atMs, state]),
      [0, 10_000, 20_000, 30_000].map((atMs) => [atMs, 'up']),
    );
    assert.match(seen[0]?.detail ?? '', /^free=[0-9.]+% inodes_free=[0-9.]+%$/);
  });

  test('is down where there is less than asked for', async () => {
    // Not even an empty file system is freer than it is.
    const { blocks, bavail } = statfsSync(folder);
    assert.ok(bavail < blocks);
    const result = await runPlugin(diskFree, { options: { path: folder, freeMinPct: 100 } });
    assert.match(first(result), /^down: [0-9.]+% of .* free$/);
  });

  test('is lost where there is no such path', async () => {
    const { lost } = await runPlugin(diskFree, { options: { path: '/no/such/path' } });
    assert.match(lost ?? '', /^the plugin threw an error: ENOENT/);
  });
});

describe('conntrack-fill', () => {
  test('goes down at one limit and up at a lower one', async () => {
    write('nf_conntrack_max', '1000\n');
    const counts = [899, 900, 801, 800, 799, 899];
    const states: string[] = [];
    // Each sleep of the plugin ends with another count.
    const next = (): void => void write('nf_conntrack_count', `${counts.shift()}\n`);
    const { signal } = new AbortController();
    const sleep = (): Promise<void> => Promise.resolve(next());
    const log = { info: next, warn: next, error: next };
    const options = { dir: folder, downFromPct: 90, upBelowPct: 80, everyMs: 100 };
    const context = { signal, sleep, log, address: null, port: null };
    next();
    const sights = conntrackFill.observe(options, context);
    assert.ok(Symbol.asyncIterator in sights);
    for await (const { state } of sights) {
      states.push(state);
      if (counts.length === 0) break;
    }
    assert.deepEqual(states, ['up', 'down', 'down', 'down', 'up', 'up']);
  });

  test('refuses limits that are the wrong way round', async () => {
    const { lost } = await runPlugin(conntrackFill, { options: { upBelowPct: 95 } });
    assert.equal(lost, 'options.upBelowPct: must not be above downFromPct');
  });

  test('is lost without connection tracking', async () => {
    const { lost } = await runPlugin(conntrackFill, { options: { dir: '/no/such/dir' } });
    assert.match(lost ?? '', /^the plugin threw an error: ENOENT/);
  });
});

describe('ipvs-connections', () => {
  const table = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  C000020A:01BB wrr
  -> 0A00010C:01BB      Route   200    30         5
  -> 0A00010B:01BB      Route   100    10         5
`;

  test('counts active and inactive connections of all real servers', async () => {
    const path = write('ip_vs', table);
    const most = async (connectionsMax: number): Promise<string> =>
      first(await runPlugin(ipvsConnections, { options: { path, connectionsMax }, forMs: 0 }));
    assert.equal(await most(50), 'up: ');
    assert.equal(await most(49), 'down: 50 connections, at most 49 wanted');
  });

  test('needs to know how many are too many', async () => {
    assert.match((await runPlugin(ipvsConnections)).lost ?? '', /^options\.connectionsMax: /);
  });
});

describe('load-per-core', () => {
  test('takes weight away in proportion, then is down', async () => {
    const seen: (string | number | undefined)[][] = [];
    for (const load of ['0.50', '5.00', '8.00']) {
      const path = write('loadavg', `${load} 0.10 0.05 1/200 4242\n`);
      const options = { path, cores: 2, fullBelow: 1, downFrom: 4 };
      const result = await runPlugin(loadPerCore, { options, forMs: 0 });
      seen.push([first(result), result.seen[0]?.weightPercent]);
    }
    assert.deepEqual(seen, [
      ['up: ', 100],
      ['up: ', 50],
      ['down: load 4.00 per core', undefined],
    ]);
  });

  test('reads this machine as it is', async () => {
    const { seen } = await runPlugin(loadPerCore, { options: { downFrom: 10_000 }, forMs: 0 });
    assert.equal(seen[0]?.state, 'up');
  });
});

describe('systemd-unit', () => {
  test('says what systemctl says', async () => {
    assert.equal(first(await at(show('active', 'success'))), 'up: ');
    const failed = first(await at(show('failed', 'exit-code')));
    assert.equal(failed, 'down: web.service is failed (exit-code)');
    const missing = first(await at(show('inactive', 'success', 'not-found')));
    assert.equal(missing, 'down: there is no unit web.service');
  });

  test('is lost where systemctl fails, or says nothing', async () => {
    assert.match((await at('exit 3')).lost ?? '', /^the plugin threw an error: Command failed/);
    assert.match((await at('true')).lost ?? '', /told no state of web\.service$/);
  });

  test('refuses a unit that would be an option', async () => {
    const { lost } = await runPlugin(systemdUnit, { options: { unit: '--all' } });
    assert.equal(lost, 'options.unit: is no name of a unit');
  });
});
