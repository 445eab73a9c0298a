import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { BfdTable } from '../../../src/sources/bfd/bfd-table.ts';
import type { InterfaceRow } from '../../../src/sources/bfd/interface-row.ts';
import type { Observation } from '../../../src/model/observation.ts';
import { uuid, type Change } from '../../../src/ovsdb-client/index.ts';
import { said } from './watcher.ts';

const asked = new Set(['eth0', 'eth1']);
const interfaces = [
  { signal: 'tor-a', interface: 'eth0' },
  { signal: 'tor-b', interface: 'eth1' },
];

function rowOf(name: string, status: Readonly<Record<string, string>>): InterfaceRow {
  const bfd_status = new Map(Object.entries(status));
  return { name, bfd_status, link_state: 'up', ofport: 1, error: null };
}
const up = (flaps = 1, name = 'eth0'): InterfaceRow =>
  rowOf(name, { state: 'up', forwarding: 'true', flap_count: String(flaps) });
const down = (flaps = 2): InterfaceRow =>
  rowOf('eth0', { state: 'down', forwarding: 'false', flap_count: String(flaps) });
const empty = rowOf('eth0', {});

function idOf(): ReturnType<typeof uuid> {
  return uuid('6c1a4f0e-3c6e-4d0e-9c7b-0123456789ab');
}
const modify = (old: InterfaceRow, row: InterfaceRow): Change<InterfaceRow>[] => [
  { kind: 'modify', uuid: idOf(), old, row },
];

const words = (observations: readonly Observation[]): string[] =>
  observations.map((each) => `${each.signal} ${said(each)}`);

describe('the table', () => {
  let nowMs: number;
  let table: BfdTable;
  beforeEach(() => {
    nowMs = 1000;
    table = new BfdTable(() => nowMs);
    table.configure(interfaces);
    table.vswitchdChanged({ kind: 'alive', doubt: null });
  });

  /** Both up. */
  function begin(flaps = 1): void {
    assert.deepEqual(words(table.sync(asked, [up(flaps), up(1, 'eth1')])), [
      'tor-a up',
      'tor-b up',
    ]);
  }

  test('emits nothing until database and daemon are known, and then each state once', () => {
    const fresh = new BfdTable(() => nowMs);
    assert.deepEqual(fresh.configure(interfaces), []);
    assert.deepEqual(fresh.sync(asked, [up(), up(1, 'eth1')]), []);
    const alive = { kind: 'alive', doubt: null } as const;
    assert.deepEqual(words(fresh.vswitchdChanged(alive)), ['tor-a up', 'tor-b up']);
    assert.deepEqual(fresh.vswitchdChanged(alive), []);
    assert.deepEqual(fresh.sync(asked, [up(), up(1, 'eth1')]), []);
  });

  test('emits what changed, of that interface alone', () => {
    begin();
    assert.deepEqual(words(table.changes(modify(up(), down()))), ['tor-a down: bfd state down']);
    assert.deepEqual(words(table.changes(modify(down(), up(3)))), ['tor-a up']);
  });

  test('one interface may be watched by two signals', () => {
    begin();
    const both = [...interfaces, { signal: 'again', interface: 'eth0' }];
    assert.deepEqual(words(table.configure(both)), ['again up']);
    assert.deepEqual(words(table.changes(modify(up(), down()))), [
      'tor-a down: bfd state down',
      'again down: bfd state down',
    ]);
  });

  const flaps: readonly (readonly [string, number, number, number])[] = [
    ['once', 1, 3, 1],
    ['three times', 5, 11, 3],
    ['by a restart of vswitchd', 9, 1, 1],
    ['by a restart and again', 9, 3, 2],
  ];
  for (const [title, before, after, falls] of flaps) {
    test(`a flap between two updates is emitted: ${title}`, () => {
      begin(before);
      const times = falls === 1 ? '1 time' : `${falls} times`;
      assert.deepEqual(words(table.changes(modify(up(before), up(after)))), [
        `tor-a down: flapped ${times} between two updates`,
        'tor-a up',
      ]);
      assert.deepEqual(table.due(), []);
    });
  }

  test('a status that was empty in between does not hide a flap, nor make one', () => {
    begin();
    assert.deepEqual(words(table.changes(modify(up(), empty))), ['tor-a lost: no bfd status yet']);
    assert.deepEqual(words(table.changes(modify(empty, up()))), ['tor-a up']);
    table.changes(modify(up(), empty));
    assert.deepEqual(words(table.changes(modify(empty, up(3)))), [
      'tor-a down: flapped 1 time between two updates',
      'tor-a up',
    ]);
  });

  test('an empty status counts as down when the grace is over, and says when that is', () => {
    begin();
    table.changes(modify(up(), empty));
    assert.equal(table.dueMs, 4000);
    nowMs = 3999;
    assert.deepEqual(table.due(), []);
    nowMs = 4000;
    assert.deepEqual(words(table.due()), ['tor-a down: bfd is not enabled']);
    assert.equal(table.dueMs, Infinity);
  });

  test('ovsdb-server restarts: the status may be empty until vswitchd is connected again', () => {
    begin();
    table.databaseLost('OVSDB is not reachable: closed');
    assert.deepEqual(words(table.sync(asked, [empty, up(1, 'eth1')])), [
      'tor-a lost: no bfd status yet',
      'tor-b up',
    ]);
    table.changes(modify(empty, { ...empty, ofport: 2 }));
    assert.equal(table.dueMs, 11_000);
    nowMs = 10_999;
    assert.deepEqual(words(table.changes(modify(empty, up()))), ['tor-a up']);
  });

  test('nothing that changes beside an empty status prolongs the grace', () => {
    begin();
    table.changes(modify(up(), empty));
    nowMs = 3000;
    assert.deepEqual(table.changes(modify(empty, { ...empty, ofport: 2 })), []);
    assert.equal(table.dueMs, 4000);
  });

  test('a fall while the observer was lost is emitted when it is back', () => {
    begin();
    const lost = table.vswitchdChanged({ kind: 'lost', reason: 'vswitchd is gone' });
    assert.deepEqual(words(lost), ['tor-a lost: vswitchd is gone', 'tor-b lost: vswitchd is gone']);
    assert.deepEqual(table.changes(modify(up(), down())), []);
    assert.deepEqual(table.changes(modify(down(), up(3))), []);
    assert.deepEqual(words(table.vswitchdChanged({ kind: 'alive', doubt: null })), [
      'tor-a down: bfd state down',
      'tor-a up',
      'tor-b up',
    ]);
  });

  test('a flap while the database was not reachable is emitted at the next sync', () => {
    begin();
    table.databaseLost('OVSDB is not reachable: closed');
    assert.deepEqual(words(table.sync(asked, [up(3), up(1, 'eth1')])), [
      'tor-a down: flapped 1 time between two updates',
      'tor-a up',
      'tor-b up',
    ]);
  });

  test('after a restart of vswitchd a row is believed when it changed, or when time is over', () => {
    begin();
    nowMs = 2000;
    table.vswitchdChanged({ kind: 'lost', reason: 'vswitchd is gone' });
    nowMs = 2100;
    const doubt = { fromMs: 2000, untilMs: 7100 };
    const unconfirmed = 'lost: vswitchd is back but has not confirmed this yet';
    assert.deepEqual(words(table.vswitchdChanged({ kind: 'alive', doubt })), [
      `tor-a ${unconfirmed}`,
      `tor-b ${unconfirmed}`,
    ]);
    assert.deepEqual(words(table.changes(modify(up(), down(0)))), ['tor-a down: bfd state down']);
    assert.deepEqual(words(table.changes(modify(down(0), up(1)))), ['tor-a up']);
    assert.equal(table.dueMs, 7100);
    nowMs = 7100;
    assert.deepEqual(words(table.due()), ['tor-b up']);
  });

  test('an interface that goes is down, one that never was is lost', () => {
    assert.deepEqual(words(table.sync(asked, [up()])), [
      'tor-a up',
      'tor-b lost: interface eth1 does not exist in Open vSwitch',
    ]);
    assert.deepEqual(table.missing, ['eth1']);
    const deleted = { kind: 'delete', uuid: idOf(), old: up() } as const;
    assert.deepEqual(words(table.changes([deleted])), ['tor-a down: interface gone']);
    assert.deepEqual(table.missing, ['eth1']);
    const inserted = { kind: 'insert', uuid: idOf(), row: up() } as const;
    assert.deepEqual(words(table.changes([inserted])), ['tor-a up']);
  });

  test('deleted and made again in one transaction, it falls', () => {
    begin();
    const observations = table.changes([
      { kind: 'delete', uuid: idOf(), old: up() },
      { kind: 'insert', uuid: idOf(), row: up() },
    ]);
    assert.deepEqual(words(observations), ['tor-a down: interface gone', 'tor-a up']);
  });

  test('a new configuration keeps what it keeps', () => {
    begin();
    const next = [interfaces[0] ?? assert.fail(), { signal: 'new', interface: 'eth2' }];
    assert.deepEqual(table.configure(next), []);
    const names = new Set(['eth0', 'eth2']);
    assert.deepEqual(words(table.sync(names, [up(), up(1, 'eth2')])), ['new up']);
    // No longer asked for.
    assert.deepEqual(table.changes([{ kind: 'delete', uuid: idOf(), old: up(1, 'eth1') }]), []);
  });

  test('an answer that was asked for before a signal came says nothing of it', () => {
    begin();
    table.configure([...interfaces, { signal: 'new', interface: 'eth2' }]);
    assert.deepEqual(table.sync(asked, [up(), up(1, 'eth1')]), []);
    assert.deepEqual(table.missing, []);
  });

  test('another database is not judged by what the last one held', () => {
    begin();
    table.forget();
    assert.deepEqual(table.due(), []);
    assert.deepEqual(words(table.databaseLost('OVSDB is not reachable: refused')), [
      'tor-a lost: OVSDB is not reachable: refused',
      'tor-b lost: OVSDB is not reachable: refused',
    ]);
    table.vswitchdChanged({ kind: 'alive', doubt: null });
    assert.deepEqual(words(table.sync(asked, [up(7), up(1, 'eth1')])), ['tor-a up', 'tor-b up']);
  });

  test('a sample for statistics is an interface that is served, best one with BFD', () => {
    assert.equal(table.served, null);
    table.sync(asked, [empty, up(1, 'eth1')]);
    assert.equal(table.served, 'eth1');
    table.sync(asked, [empty]);
    assert.equal(table.served, 'eth0');
  });
});
