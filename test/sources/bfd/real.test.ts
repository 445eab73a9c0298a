import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { of } from 'rxjs';
import type { BfdConfig } from '../../../src/sources/bfd/bfd.ts';
import { OvsPair } from './ovs-lab.ts';
import { Watcher } from './watcher.ts';

describe('a BFD session between two real Open vSwitches', { timeout: 300_000 }, () => {
  let pair: OvsPair;
  before(async () => {
    pair = await OvsPair.start();
  });
  after(async () => pair.close());

  const config = (): BfdConfig => ({
    source: pair.a.source,
    interfaces: [{ signal: 'tor', interface: pair.a.device }],
  });

  test('it comes up', async (t) => {
    const watcher = new Watcher(t, of(config()));
    await watcher.until('tor', 'up');
    await pair.untilUp();
    assert.deepEqual(watcher.notices, []);
  });

  test('a peer that stops, and goes on', async (t) => {
    const watcher = new Watcher(t, of(config()));
    await watcher.until('tor', 'up');
    await pair.b.signalVswitchd('SIGSTOP');
    await watcher.until('tor', 'down: bfd state down (control detection time expired)');
    await pair.b.signalVswitchd('SIGCONT');
    await watcher.until('tor', 'up');
  });

  test('the far link goes down', async (t) => {
    const watcher = new Watcher(t, of(config()));
    await watcher.until('tor', 'up');
    await pair.b.ip('link', 'set', pair.b.device, 'down');
    // The other end of a veth loses its carrier in the same moment.
    await watcher.until('tor', 'down: link down');
    await pair.b.ip('link', 'set', pair.b.device, 'up');
    await watcher.until('tor', 'up');
  });

  for (const side of ['a', 'b'] as const) {
    test(`packets of ${side} are dropped`, async (t) => {
      const watcher = new Watcher(t, of(config()));
      await watcher.until('tor', 'up');
      pair[side].dropEgress();
      await watcher.until('tor', /^down: bfd state (down|init)/);
      pair[side].letEgress();
      await watcher.until('tor', 'up');
    });
  }

  test('the peer says that its path is down', async (t) => {
    const watcher = new Watcher(t, of(config()));
    await watcher.until('tor', 'up');
    await pair.b.vsctl('set', 'interface', pair.b.device, 'bfd:cpath_down=true');
    await watcher.until('tor', /^down: not forwarding \(remote: .*path down\)$/);
    await pair.b.vsctl('remove', 'interface', pair.b.device, 'bfd', 'cpath_down');
    await watcher.until('tor', 'up');
  });

  test('BFD is disabled, and enabled again', async (t) => {
    const watcher = new Watcher(t, of(config()));
    await watcher.until('tor', 'up');
    await pair.a.vsctl('set', 'interface', pair.a.device, 'bfd:enable=false');
    await watcher.until('tor', 'down: bfd is not enabled');
    assert.deepEqual(watcher.seen('tor').slice(-2, -1), ['lost: no bfd status yet']);
    await pair.a.vsctl('set', 'interface', pair.a.device, 'bfd:enable=true');
    await watcher.until('tor', 'up');
  });

  test('the interface is deleted, and made again', async (t) => {
    const watcher = new Watcher(t, of(config()));
    await watcher.until('tor', 'up');
    await pair.a.vsctl('del-port', pair.a.bridge, pair.a.device);
    await watcher.until('tor', 'down: interface gone');
    await pair.a.addPort();
    await watcher.until('tor', 'up');
  });

  test('the device is deleted, and made again', async (t) => {
    const watcher = new Watcher(t, of(config()));
    await watcher.until('tor', 'up');
    await pair.removeCable();
    await watcher.until('tor', 'down: link down');
    await pair.newCable();
    await watcher.until('tor', 'up');
  });
});
