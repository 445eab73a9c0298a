import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { of } from 'rxjs';
import type { BfdConfig } from '../../../src/sources/bfd/bfd.ts';
import { OvsPair } from './ovs-lab.ts';
import { Watcher } from './watcher.ts';

describe('daemons that die and come back', { timeout: 300_000 }, () => {
  let pair: OvsPair;
  before(async () => {
    pair = await OvsPair.start();
    await pair.untilUp();
  });
  after(async () => pair.close());

  const config = (): BfdConfig => ({
    source: pair.a.source,
    interfaces: [{ signal: 'tor', interface: pair.a.device }],
  });

  test('vswitchd is killed and started again', async (t) => {
    const watcher = new Watcher(t, of(config()));
    await watcher.until('tor', 'up');
    await pair.a.signalVswitchd('SIGKILL');
    await watcher.until('tor', 'lost: vswitchd is gone');
    const notice = await watcher.untilNotice('bfd_vswitchd_lost');
    assert.equal(notice.message, 'vswitchd is gone');
    watcher.clear();
    await pair.a.startVswitchd();
    await watcher.until('tor', 'up');
    // What the dead one wrote last was `up`: the session fell, and that is emitted.
    assert.match(watcher.seen('tor').join('; '), /^(lost: [^;]*; )*down: bfd state/);
    await watcher.untilNotice('bfd_vswitchd_back');
  });

  test('vswitchd was killed before we came: up is never emitted', async (t) => {
    await pair.a.signalVswitchd('SIGKILL');
    const watcher = new Watcher(t, of(config()));
    await watcher.until('tor', 'lost: vswitchd is gone');
    const held = await pair.a.vsctl('get', 'interface', pair.a.device, 'bfd_status:state');
    assert.equal(held.trim(), 'up');
    assert.deepEqual(watcher.seen('tor'), ['lost: vswitchd is gone']);
    await pair.a.startVswitchd();
    await watcher.until('tor', 'up');
  });

  test('vswitchd exits in order', async (t) => {
    const watcher = new Watcher(t, of(config()));
    await watcher.until('tor', 'up');
    await pair.a.signalVswitchd('SIGTERM');
    await watcher.until('tor', 'lost: vswitchd is gone');
    await pair.a.startVswitchd();
    await watcher.until('tor', 'up');
  });

  test('vswitchd hangs and goes on', async (t) => {
    const watcher = new Watcher(t, of(config()));
    await watcher.until('tor', 'up');
    // Its peer comes up a little later, and only then can it fall.
    await pair.b.untilForwarding(true);
    await pair.a.signalVswitchd('SIGSTOP');
    await watcher.until('tor', 'lost: vswitchd is not answering');
    // Just after a start the session may outlive a hang: the peer's time-out is then 3 s.
    await pair.b.untilForwarding(false);
    await pair.a.signalVswitchd('SIGCONT');
    await watcher.until('tor', /^down: bfd state/);
    await watcher.until('tor', 'up');
  });

  test('vswitchd hangs and is killed', async (t) => {
    const watcher = new Watcher(t, of(config()));
    await watcher.until('tor', 'up');
    await pair.a.signalVswitchd('SIGSTOP');
    await watcher.until('tor', 'lost: vswitchd is not answering');
    await pair.a.signalVswitchd('SIGKILL');
    await watcher.until('tor', 'lost: vswitchd is gone');
    await pair.a.startVswitchd();
    await watcher.until('tor', 'up');
  });

  test('ovsdb-server is restarted', async (t) => {
    const watcher = new Watcher(t, of(config()));
    await watcher.until('tor', 'up');
    await pair.a.signalOvsdb('SIGKILL');
    await watcher.until('tor', /^lost: OVSDB is not reachable: /);
    await pair.a.startOvsdb();
    await watcher.until('tor', 'up');
    // While vswitchd is not back yet, its row is empty, which does not mean that BFD is off.
    assert.doesNotMatch(watcher.seen('tor').join('; '), /not enabled/);
  });

  test('the device is deleted while vswitchd is not there', async (t) => {
    const watcher = new Watcher(t, of(config()));
    await watcher.until('tor', 'up');
    await pair.a.signalVswitchd('SIGKILL');
    await watcher.until('tor', 'lost: vswitchd is gone');
    await pair.removeCable();
    await pair.a.startVswitchd();
    await watcher.until('tor', /^down: could not open network device va/);
    assert.equal(watcher.seen('tor').filter((each) => each === 'up').length, 1);
    await pair.newCable();
    await watcher.until('tor', 'up');
  });

  test('without a pidfile vswitchd is judged by its statistics', async (t) => {
    const source = { ...pair.a.source, vswitchdPidfile: null };
    const watcher = new Watcher(t, of({ ...config(), source }));
    await watcher.until('tor', 'up');
    await pair.a.signalVswitchd('SIGSTOP');
    await watcher.until('tor', 'lost: vswitchd is not answering: no new statistics for 12 s');
    await pair.a.signalVswitchd('SIGCONT');
    await watcher.until('tor', 'up');
  });

  test('the database file is replaced by an empty one', async (t) => {
    const { a } = pair;
    const watcher = new Watcher(t, of(config()));
    await watcher.until('tor', 'up');
    await a.signalOvsdb('SIGKILL');
    await rm(a.database);
    await a.createDatabase();
    await a.startOvsdb();
    await watcher.until('tor', 'down: interface gone');
    await a.vsctl('--no-wait', 'init');
    await a.addBridge();
    await a.addPort();
    await watcher.until('tor', 'up');
  });
});
