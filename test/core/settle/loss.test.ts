import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Notice } from '../../../src/model/notice.ts';
import type { View } from '../../../src/model/view.ts';
import { viewOf } from '../../../src/core/view/view.ts';
import { Drive } from '../drive.ts';
import { config, down, lost, named, route, server, service, signal, up } from '../fixtures.ts';

function said(drive: Drive): readonly Notice[] {
  return drive.turns.flatMap(({ notices }) => notices);
}

function lines(drive: Drive): readonly string[] {
  return said(drive).map(({ level, event, message }) => `${level} ${event} ${message}`);
}

function look(drive: Drive, atMs: number): View {
  return viewOf(drive.core, atMs);
}

describe('an observer that is lost', () => {
  test('shows at once with its reason and the end of its hold, and changes nothing else', () => {
    const drive = new Drive(
      config({ signals: [signal('tor-a')], routes: [route('192.0.2.10/32', 'tor-a')] }),
    );
    drive.at(1, up('tor-a', 1));
    const before = look(drive, 999).signals()[0];
    assert.equal(before?.lost, null);
    assert.deepEqual(drive.at(1000, lost('tor-a', 0)), ['! observer_lost']);
    const [held] = look(drive, 1000).signals();
    const loss = { sinceMs: 1000, reason: 'socket closed', untilMs: 11_000 };
    assert.deepEqual(held, { ...before, lost: loss });
    // Again lost is nothing new, and neither is the end of the hold.
    assert.deepEqual(drive.at(2000, lost('tor-a', 0, 'another reason')), []);
    assert.deepEqual(drive.at(11_001), ['192.0.2.10/32 withdrawn']);
    const [expired] = look(drive, 12_000).signals();
    assert.deepEqual([expired?.state, expired?.flaps, expired?.lost], ['unknown', 1, loss]);
    assert.deepEqual(drive.at(13_500, up('tor-a', 0)), [
      '192.0.2.10/32 announced',
      '! observer_back',
    ]);
    assert.equal(look(drive, 13_500).signals()[0]?.lost, null);
    assert.deepEqual(lines(drive), [
      'warn observer_lost tor-a: observer lost: socket closed; it stays up for 10 s',
      'info observer_back tor-a: observed again, after its observer was lost for 12.5 s; it is up',
    ]);
    assert.deepEqual(
      said(drive).map(({ fields }) => fields),
      [
        { name: 'tor-a', reason: 'socket closed', state: 'up', heldMs: 10_000 },
        { name: 'tor-a', state: 'up', lostMs: 12_500 },
      ],
    );
  });

  test('shows for a check as well, and why in its explanation', () => {
    const drive = new Drive(
      config({ services: [service('web', [server('web/a', null, { fall: 3 })])] }),
    );
    drive.at(1, up('web/a', 1));
    drive.at(2, lost('web/a', 2, 'out of descriptors'));
    const loss = { sinceMs: 2, reason: 'out of descriptors', untilMs: 10_002 };
    assert.deepEqual(look(drive, 3).services()[0]?.realServers[0]?.lost, loss);
    assert.equal(look(drive, 3).explain('web/a')?.because, 'observer lost: out of descriptors');
    // A result, be it a contrary one that does not count yet, is an observation.
    assert.deepEqual(drive.at(4, down('web/a', 4)), ['! observer_back']);
    assert.equal(look(drive, 5).services()[0]?.realServers[0]?.lost, null);
  });

  test('is no loss where results do not count, and ends with the last that did', () => {
    const web = service('web', [server('web/a')], { validWhen: named('uplink') });
    const drive = new Drive(config({ signals: [signal('uplink')], services: [web] }));
    drive.at(1, lost('web/a', 1));
    assert.equal(look(drive, 2).services()[0]?.realServers[0]?.lost, null);
    drive.at(3, up('uplink', 3), up('web/a', 3));
    drive.at(4, lost('web/a', 4));
    drive.at(5, down('uplink', 5));
    assert.equal(look(drive, 6).services()[0]?.realServers[0]?.lost, null);
    assert.match(
      lines(drive).at(-1) ?? '',
      /^info observer_back web\/a: its results do not count/u,
    );
  });

  test('says what is not held, and what was never judged', () => {
    const signals = [signal('never'), signal('none', { lostHoldMs: 0 })];
    const drive = new Drive(config({ signals }));
    drive.at(1, up('none', 1));
    drive.at(2, lost('never', 2), lost('none', 2));
    assert.deepEqual(lines(drive), [
      'warn observer_lost never: observer lost: socket closed; it had no verdict yet',
      'warn observer_lost none: observer lost: socket closed; its last health is not held',
    ]);
    const losses = look(drive, 3)
      .signals()
      .map((one) => one.lost?.untilMs);
    assert.deepEqual(losses, [10_002, 2]);
  });
});
