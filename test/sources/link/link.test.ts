import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BehaviorSubject, of, throwError } from 'rxjs';
import { netlinkLinks } from '../../../src/platform/netlink.ts';
import type { LinkConfig } from '../../../src/sources/link/link.ts';
import { inNetworkNamespace, ip, plugged, silentNetlink, temporaryFolder, Watcher } from './lab.ts';

const only = (name: string, dir: string | null = null): LinkConfig => ({
  dir,
  interfaces: [{ signal: name, interface: name }],
});

const withoutKoffi = () => throwError(() => new Error('koffi is not installed'));

inNetworkNamespace(import.meta.url, () => {
  test('each link is observed at once, as it is', (t) => {
    plugged(t, 'at0');
    plugged(t, 'at1').pull();
    plugged(t, 'at2');
    ip('link set at2 down');
    const interfaces = ['at0', 'at1', 'at2', 'at3'].map((name) => ({
      signal: name,
      interface: name,
    }));
    const watcher = new Watcher(t, of({ dir: null, interfaces }));
    assert.deepEqual(watcher.seen('at0'), ['up']);
    assert.deepEqual(watcher.seen('at1'), ['down: no carrier']);
    assert.deepEqual(watcher.seen('at2'), ['down: interface is administratively down']);
    assert.deepEqual(watcher.seen('at3'), ['lost: interface at3 does not exist']);
  });

  test('a cable is pulled and plugged', async (t) => {
    const cable = plugged(t, 'cable0');
    const watcher = new Watcher(t, of(only('cable0')));
    await watcher.until('cable0', 'up');
    cable.pull();
    await watcher.until('cable0', 'down: no carrier');
    cable.plug();
    await watcher.until('cable0', 'up');
  });

  test('without netlink the same is seen by reading, and one notice says so', async (t) => {
    const cable = plugged(t, 'poll0');
    const watcher = new Watcher(t, of(only('poll0')), {
      ...silentNetlink(),
      netlink: withoutKoffi,
    });
    await watcher.until('poll0', 'up');
    cable.pull();
    await watcher.until('poll0', 'down: no carrier');
    cable.plug();
    await watcher.until('poll0', 'up');
    assert.deepEqual(
      watcher.notices.map((notice) => notice.message),
      ['netlink is not available (koffi is not installed): carrier is read every 1000ms instead'],
    );
  });

  test('no koffi is said in words', async (t) => {
    plugged(t, 'koffi0');
    const world = { ...silentNetlink(), netlink: () => netlinkLinks(() => '/nonexistent/koffi') };
    const watcher = new Watcher(t, of(only('koffi0')), world);
    await watcher.untilNotice('link_netlink_unavailable');
    await watcher.until('koffi0', 'up');
  });

  test('an interface is deleted and made again', async (t) => {
    plugged(t, 'again0');
    const watcher = new Watcher(t, of(only('again0')));
    await watcher.until('again0', 'up');
    ip('link del again0');
    await watcher.until('again0', 'lost: interface again0 does not exist');
    // A fall is emitted before, or the core would keep the health of the removed interface.
    assert.match(watcher.seen('again0').at(-2) ?? '', /^down: /);
    plugged(t, 'again0');
    await watcher.until('again0', 'up');
  });

  test('an interface is renamed: the name counts', async (t) => {
    plugged(t, 'old0');
    const watcher = new Watcher(
      t,
      of({
        dir: null,
        interfaces: [
          { signal: 'before', interface: 'old0' },
          { signal: 'after', interface: 'new0' },
        ],
      }),
    );
    await watcher.until('before', 'up');
    ip('link set old0 down', 'link set old0 name new0', 'link set new0 up');
    await watcher.until('before', 'lost: interface old0 does not exist');
    await watcher.until('after', 'up');
  });

  test('a port that leaves its bridge is not an interface that is gone', async (t) => {
    plugged(t, 'port0');
    ip('link add br0 type bridge', 'link set port0 master br0');
    t.after(() => ip('link del br0'));
    const watcher = new Watcher(t, of(only('port0')));
    await watcher.until('port0', 'up');
    ip('link set port0 nomaster', 'link set port0 down');
    await watcher.until('port0', 'down: interface is administratively down');
    assert.deepEqual(watcher.seen('port0'), ['up', 'down: interface is administratively down']);
  });

  for (const last of ['up', 'down']) {
    test(`pulled and plugged 50 times, the end is seen: ${last}`, async (t) => {
      const cable = plugged(t, 'flap0');
      const interfaces = ['flap0', 'mark0'].map((name) => ({ signal: name, interface: name }));
      const watcher = new Watcher(t, of({ dir: null, interfaces }));
      await watcher.until('flap0', 'up');
      for (let round = 0; round < 50; round += 1) {
        cable.pull();
        cable.plug();
        // Lets the events of this round in.
        await new Promise(setImmediate);
      }
      if (last === 'down') cable.pull();
      // A mark, made after all the others: what came before it was emitted.
      plugged(t, 'mark0').pull();
      await watcher.until('mark0', 'down: no carrier');
      await watcher.until('flap0', last === 'up' ? 'up' : 'down: no carrier');
    });
  }

  test('with a state file, down wins whoever says it', async (t) => {
    const cable = plugged(t, 'both0');
    const dir = temporaryFolder(t);
    const say = (word: string) => writeFileSync(join(dir, 'both0'), `${word}\n`);
    say('down');
    const watcher = new Watcher(t, of(only('both0', dir)));
    assert.deepEqual(watcher.seen('both0'), ['down: the state file of ifplugd reports down']);
    say('up');
    await watcher.until('both0', 'up');
    cable.pull();
    await watcher.until('both0', 'down: no carrier');
    say('down');
    cable.plug();
    await watcher.until('both0', 'down: the state file of ifplugd reports down');
    say('up');
    await watcher.until('both0', 'up');
    ip('link del both0');
    await watcher.until('both0', 'lost: interface both0 does not exist');
  });

  test('a new configuration observes what is new and nothing else', async (t) => {
    plugged(t, 'cfg0');
    plugged(t, 'cfg1').pull();
    const config$ = new BehaviorSubject<LinkConfig>(only('cfg0'));
    const watcher = new Watcher(t, config$, silentNetlink());
    const first = { signal: 'cfg0', interface: 'cfg0' };
    config$.next({ dir: null, interfaces: [first, { signal: 'x', interface: 'cfg1' }] });
    config$.next({ dir: null, interfaces: [first, { signal: 'y', interface: 'cfg0' }] });
    assert.deepEqual(watcher.seen('cfg0'), ['up']);
    assert.deepEqual(watcher.seen('x'), ['down: no carrier']);
    assert.deepEqual(watcher.seen('y'), ['up']);
    ip('link del cfg0', 'link del cfg1');
    await watcher.until('y', 'lost: interface cfg0 does not exist');
    // `x` is no longer asked for.
    assert.deepEqual(watcher.seen('x'), ['down: no carrier']);
  });
});
