import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { BehaviorSubject, filter, firstValueFrom, ReplaySubject, Subject } from 'rxjs';
import type { Config } from '../../../src/model/config.ts';
import type { SinkEvent } from '../../../src/model/report.ts';
import type { Turn } from '../../../src/model/turn.ts';
import { trackFiles } from '../../../src/sinks/track-files/track-files.ts';
import { configOf, realServer } from '../../sources/probes/fixtures.ts';
import { turnOf } from '../turn-of.ts';

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'routevane-track-'));
  t.after(() => rmSync(dir, { recursive: true }));
  return join(dir, 'track');
}

function running(t: TestContext, dir: string | null) {
  const config: Config = {
    ...configOf({ web: [realServer('web')], dns: [realServer('dns')] }),
    trackFilesDir: dir,
  };
  const config$ = new BehaviorSubject(config);
  const turn$ = new Subject<Turn>();
  const report$ = new ReplaySubject<SinkEvent>();
  const subscription = trackFiles(config$, turn$).subscribe(report$);
  t.after(() => subscription.unsubscribe());
  /** The end of the turns, when all is written. */
  const stop = async (): Promise<void> => {
    const completed = new Promise<void>((resolve) => report$.subscribe({ complete: resolve }));
    turn$.complete();
    await completed;
  };
  return { config, config$, turn$, report$, stop };
}

function contents(dir: string): Record<string, string> {
  const files = readdirSync(dir);
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(dir, file), 'latin1')]));
}

describe('track files', () => {
  test('one a service and signal: 0 up, 1 down; none for a server, or before it is known', async (t) => {
    const dir = folder(t);
    const { turn$, stop } = running(t, dir);
    turn$.next(turnOf({ 'web/127.0.0.1:80': 'up', web: 'up' }));
    turn$.next(turnOf({ web: 'down: refused', elsewhere: 'up' }));
    await stop();
    assert.deepEqual(contents(dir), { web: '1\n' });
  });

  test('unknown leaves the file as it is, and so does a start that finds the same', async (t) => {
    const dir = folder(t);
    mkdirSync(dir);
    writeFileSync(join(dir, 'web'), '0\n');
    writeFileSync(join(dir, 'dns'), '0\n');
    const before = statSync(join(dir, 'web'), { bigint: true });
    const { turn$, stop } = running(t, dir);
    turn$.next(turnOf({ web: 'up', dns: 'down: refused' }));
    turn$.next(turnOf({ web: 'unknown: lost', dns: 'unknown: lost' }));
    await stop();
    assert.deepEqual(contents(dir), { web: '0\n', dns: '1\n' });
    const after = statSync(join(dir, 'web'), { bigint: true });
    assert.deepEqual([after.ino, after.mtimeNs], [before.ino, before.mtimeNs]);
  });

  test('a folder that cannot be written is reported, and written to once it can be', async (t) => {
    const dir = folder(t);
    writeFileSync(dir, 'in the way');
    const { turn$, report$, stop } = running(t, dir);
    turn$.next(turnOf({ web: 'up' }));
    const lost = await firstValueFrom(
      report$.pipe(filter((report) => report.kind === 'state' && report.state === 'lost')),
    );
    assert.ok(lost.kind === 'state');
    assert.match(lost.reason, /^cannot write track files: E[A-Z]+$/);
    rmSync(dir);
    turn$.next(turnOf({ dns: 'up' }));
    await firstValueFrom(
      report$.pipe(
        filter((report) => report.kind === 'state' && report.state === 'connected'),
        // The first one was reported at the start.
        filter((_, index) => index === 1),
      ),
    );
    await stop();
    assert.deepEqual(contents(dir), { web: '0\n', dns: '0\n' });
  });

  test('a FIFO or a link in the place of a file is refused, and the others are written', async (t) => {
    const dir = folder(t);
    mkdirSync(dir);
    writeFileSync(join(dir, 'victim'), 'precious');
    execFileSync('mkfifo', [join(dir, 'web')]);
    symlinkSync('victim', join(dir, '.dns.new'));
    const { turn$, report$, stop } = running(t, dir);
    turn$.next(turnOf({ web: 'up', dns: 'down: refused' }));
    const lost = await firstValueFrom(
      report$.pipe(filter((report) => report.kind === 'state' && report.state === 'lost')),
    );
    assert.ok(lost.kind === 'state');
    const reason = `cannot write track files: ${dir}/web is a FIFO and not a regular file`;
    assert.equal(lost.reason, reason);
    await stop();
    rmSync(join(dir, 'web'));
    assert.deepEqual(contents(dir), { dns: '1\n', victim: 'precious' });
  });

  test('a new folder gets all that is known; none is off', async (t) => {
    const [first, second] = [folder(t), folder(t)];
    const { config, config$, turn$, stop } = running(t, first);
    turn$.next(turnOf({ web: 'up' }));
    config$.next({ ...config, trackFilesDir: second });
    await stop();
    assert.deepEqual(contents(second), { web: '0\n' });
    const off = running(t, null);
    const only = await firstValueFrom(off.report$);
    assert.ok(only.kind === 'state' && only.state === 'off');
    await off.stop();
  });
});

/** A real keepalived in a network of its own, that is in fault while `file` says so. */
function keepalived(
  t: TestContext,
  dir: string,
  file: string,
  more = '',
): { waitFor: (state: string) => Promise<void> } {
  const path = join(dir, 'keepalived.conf');
  writeFileSync(
    path,
    `track_file web {
    file "${file}"
    weight 0
    ${more}
}
vrrp_instance a {
    state BACKUP
    interface va0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.0.2.1/32
    }
    track_file {
        web
    }
}
`,
  );
  const script = `ip link add va0 type veth peer name vb0
    ip link set vb0 up; ip link set va0 up; ip addr add 192.0.2.2/24 dev va0
    exec /usr/sbin/keepalived -n -l -P -f ${path} -p ${dir}/pid -r ${dir}/vrrp-pid`;
  const child = spawn('unshare', ['--net', 'sh', '-c', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGTERM'));
  let log = '';
  const logged = new Subject<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log += String(chunk);
      logged.next();
    });
  }
  return {
    waitFor: async (state) => {
      while (!log.toUpperCase().includes(`ENTERING ${state} STATE`)) await firstValueFrom(logged);
      log = '';
    },
  };
}

test('a real keepalived follows: in fault while the service is down', async (t) => {
  const dir = folder(t);
  const { turn$, stop } = running(t, dir);
  turn$.next(turnOf({ web: 'up' }));
  while (!existsSync(join(dir, 'web'))) await new Promise((resolve) => setImmediate(resolve));
  const vrrp = keepalived(t, join(dir, '..'), join(dir, 'web'));
  await vrrp.waitFor('BACKUP');
  turn$.next(turnOf({ web: 'down: refused' }));
  await vrrp.waitFor('FAULT');
  turn$.next(turnOf({ web: 'up' }));
  await vrrp.waitFor('BACKUP');
  await stop();
});

test('with init_file 1 it is in fault until health is known, and our end changes nothing', async (t) => {
  const dir = folder(t);
  mkdirSync(dir);
  const vrrp = keepalived(t, join(dir, '..'), join(dir, 'web'), 'init_file 1');
  await vrrp.waitFor('FAULT');
  const { turn$, stop } = running(t, dir);
  turn$.next(turnOf({ web: 'up' }));
  await vrrp.waitFor('BACKUP');
  await stop();
  assert.deepEqual(contents(dir), { web: '0\n' });
});
