import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { of } from 'rxjs';
import { fakeInterface } from '../sources/link/fake-sysfs.ts';
import {
  inNetworkNamespace,
  plugged,
  silentNetlink,
  temporaryFolder,
  Watcher,
} from '../sources/link/lab.ts';

const script = fileURLToPath(new URL('../../systemd/ifplugd-action.sh', import.meta.url));

inNetworkNamespace(import.meta.url, () => {
  test('a real ifplugd says through the hook that a cable is pulled and plugged', async (t) => {
    const dir = temporaryFolder(t);
    // ifplugd's pid file stands outside of the namespace: a name that nobody else uses.
    const name = `ip${process.pid}`;
    const cable = plugged(t, name);
    // Our own look at the carrier says up for ever: what is seen comes through the file.
    const sysfs = temporaryFolder(t);
    fakeInterface(sysfs, name);
    const config = { dir, interfaces: [{ signal: 'uplink', interface: name }] };
    const watcher = new Watcher(t, of(config), silentNetlink(sysfs));

    const args = ['-n', '-s', '-b', '-I', '-i', name, '-r', script, '-t0', '-T50000', '-u0', '-d0'];
    const ifplugd = spawn('ifplugd', args, {
      env: { ...process.env, ROUTEVANE_LINK_DIR: dir },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    const runs = (): number => log.match(/executed successfully/g)?.length ?? 0;
    let look: (() => void) | null = null;
    ifplugd.stderr.on('data', (chunk) => {
      log += String(chunk);
      look?.();
    });
    /** Until ifplugd itself knows that the hook has ended so many times: a signal before is another story. */
    const untilRuns = (count: number): Promise<void> =>
      new Promise((resolve) => {
        look = () => {
          if (runs() >= count) resolve();
        };
        look();
      });
    const ended = new Promise((resolve, reject) => {
      ifplugd.on('error', () => reject(new Error('install ifplugd')));
      ifplugd.on('close', resolve);
    });
    t.after(() => ifplugd.kill('SIGKILL'));

    // It found the link up, and says so.
    await Promise.race([untilRuns(1), ended]);
    for (let round = 0; round < 3; round += 1) {
      cable.pull();
      await Promise.race([
        watcher.until('uplink', 'down: the state file of ifplugd reports down'),
        ended,
      ]);
      cable.plug();
      await Promise.race([watcher.until('uplink', 'up'), ended]);
    }
    assert.deepEqual(readdirSync(dir), [name]);

    await Promise.race([untilRuns(7), ended]);
    // Without -q it says down as it ends: `ARGS` of Debian has -q.
    ifplugd.kill('SIGTERM');
    await watcher.until('uplink', 'down: the state file of ifplugd reports down');
    await ended;
    // Up at the start, three times down and up, down at the end.
    assert.equal(runs(), 8, log);
  });
});
