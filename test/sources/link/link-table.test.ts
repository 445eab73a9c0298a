import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Observation } from '../../../src/model/observation.ts';
import { LinkTable } from '../../../src/sources/link/link-table.ts';
import { fakeInterface, removeInterface } from './fake-sysfs.ts';
import { temporaryFolder } from './lab.ts';

/** The datagrams of test/golden/rtnetlink.txt, as they follow each other there. */
const [upOfVb0, carrierLostOfVa0, offOfVb0] = readFileSync(
  new URL('../../golden/rtnetlink.txt', import.meta.url),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => Uint8Array.from(Buffer.from(line, 'hex')));
assert.ok(upOfVb0 && carrierLostOfVa0 && offOfVb0);

const said = (observations: readonly Observation[]): string[] =>
  observations.map(({ signal, state, reason }) => `${signal} ${state} ${reason}`.trim());

const both = {
  dir: null,
  interfaces: [
    { signal: 'a', interface: 'va0' },
    { signal: 'b', interface: 'vb0' },
  ],
};

test('a fall is taken from the message, though the link is up again by now', (t) => {
  const sysfs = temporaryFolder(t);
  fakeInterface(sysfs, 'va0', { ifindex: '4' });
  fakeInterface(sysfs, 'vb0');
  const table = new LinkTable(sysfs);
  assert.deepEqual(said(table.configure(both)), ['a up', 'b up']);
  assert.deepEqual(said(table.datagram(carrierLostOfVa0)), ['a down no carrier']);
  assert.deepEqual(said(table.readAll()), ['a up']);
});

test('an up that waited while the link fell is not believed', (t) => {
  const sysfs = temporaryFolder(t);
  fakeInterface(sysfs, 'vb0', { carrier: '0' });
  const table = new LinkTable(sysfs);
  table.configure(both);
  assert.deepEqual(said(table.datagram(upOfVb0)), []);
  fakeInterface(sysfs, 'vb0');
  assert.deepEqual(said(table.datagram(upOfVb0)), ['b up']);
});

test('what stays as it was is not said again', (t) => {
  const sysfs = temporaryFolder(t);
  fakeInterface(sysfs, 'va0', { ifindex: '4' });
  const table = new LinkTable(sysfs);
  table.configure({ dir: null, interfaces: both.interfaces.slice(0, 1) });
  table.datagram(carrierLostOfVa0);
  assert.deepEqual(said(table.datagram(carrierLostOfVa0)), []);
  // Of an interface that nobody asked for.
  assert.deepEqual(said(table.datagram(offOfVb0)), []);
});

test('a broken datagram makes everything be read anew', (t) => {
  const sysfs = temporaryFolder(t);
  fakeInterface(sysfs, 'va0');
  fakeInterface(sysfs, 'vb0', { ifindex: '4' });
  const table = new LinkTable(sysfs);
  table.configure(both);
  fakeInterface(sysfs, 'va0', { carrier: '0' });
  assert.deepEqual(said(table.datagram(upOfVb0.subarray(0, 100))), ['a down no carrier']);
});

test('an interface whose number goes to another name is looked at', (t) => {
  const sysfs = temporaryFolder(t);
  fakeInterface(sysfs, 'va0');
  const table = new LinkTable(sysfs);
  table.configure({ dir: null, interfaces: both.interfaces.slice(0, 1) });
  removeInterface(sysfs, 'va0');
  assert.deepEqual(said(table.datagram(upOfVb0)), [
    'a down interface is administratively down',
    'a lost interface va0 does not exist',
  ]);
});

test('what is removed fell before, also where only reading shows it', (t) => {
  const sysfs = temporaryFolder(t);
  fakeInterface(sysfs, 'va0');
  fakeInterface(sysfs, 'vb0', { ifindex: '4', carrier: '0' });
  const table = new LinkTable(sysfs);
  table.configure(both);
  removeInterface(sysfs, 'va0');
  assert.deepEqual(said(table.readAll()), [
    'a down interface is administratively down',
    'a lost interface va0 does not exist',
  ]);
  assert.deepEqual(said(table.readAll()), []);
  fakeInterface(sysfs, 'va0');
  assert.deepEqual(said(table.readAll()), ['a up']);
});

for (const [files, expected] of [
  [{ operstate: 'unknown' }, 'a up'],
  [{ flags: '0x1002', operstate: 'down' }, 'a down interface is administratively down'],
  [{ carrier: '0', operstate: 'lowerlayerdown' }, 'a down no carrier'],
  [{ operstate: 'lowerlayerdown' }, 'a down no carrier'],
  [{ operstate: 'dormant' }, 'a down operational state is dormant'],
  [{ operstate: 'testing' }, 'a down operational state is testing'],
] as const) {
  test(`sysfs: ${JSON.stringify(files)}`, (t) => {
    const sysfs = temporaryFolder(t);
    fakeInterface(sysfs, 'va0', files);
    const table = new LinkTable(sysfs);
    const observations = table.configure({ dir: null, interfaces: both.interfaces.slice(0, 1) });
    assert.deepEqual(said(observations), [expected]);
  });
}

test('a sysfs that is not there loses the link, and says so', (t) => {
  const sysfs = join(temporaryFolder(t), 'missing');
  const table = new LinkTable(sysfs);
  const observations = table.configure({ dir: null, interfaces: both.interfaces.slice(0, 1) });
  assert.deepEqual(said(observations), ['a lost the state of va0 is not readable (ENOENT)']);
});

test('a name that is a path is never read', (t) => {
  const sysfs = temporaryFolder(t);
  fakeInterface(sysfs, 'va0');
  const table = new LinkTable(join(sysfs, 'va0'));
  const interfaces = [{ signal: 'a', interface: '../va0' }];
  const observations = table.configure({ dir: sysfs, interfaces });
  assert.deepEqual(said(observations), ['a lost not the name of an interface']);
});

test('rubbish keeps no link up, but a carrier that is lost is down all the same', (t) => {
  const sysfs = temporaryFolder(t);
  const dir = temporaryFolder(t);
  fakeInterface(sysfs, 'va0');
  writeFileSync(join(dir, 'va0'), 'sideways');
  const table = new LinkTable(sysfs);
  const interfaces = both.interfaces.slice(0, 1);
  assert.deepEqual(said(table.configure({ dir, interfaces })), [
    'a lost the state file contains neither up nor down: "sideways"',
  ]);
  fakeInterface(sysfs, 'va0', { carrier: '0' });
  assert.deepEqual(said(table.readAll()), ['a down no carrier']);
  rmSync(join(dir, 'va0'));
  fakeInterface(sysfs, 'va0');
  assert.deepEqual(said(table.fileChanged('va0')), []);
  assert.deepEqual(said(table.readAll()), ['a up']);
});

test('a word that says down counts for an interface that is not there', (t) => {
  const dir = temporaryFolder(t);
  const table = new LinkTable(temporaryFolder(t));
  const interfaces = both.interfaces.slice(0, 1);
  writeFileSync(join(dir, 'va0'), 'down\n');
  assert.deepEqual(said(table.configure({ dir, interfaces })), [
    'a down the state file of ifplugd reports down',
  ]);
  writeFileSync(join(dir, 'va0'), 'up\n');
  assert.deepEqual(said(table.fileChanged('va0')), ['a lost interface va0 does not exist']);
});

test('a new folder is read at once', (t) => {
  const sysfs = temporaryFolder(t);
  const dir = temporaryFolder(t);
  fakeInterface(sysfs, 'va0');
  writeFileSync(join(dir, 'va0'), 'down\n');
  const table = new LinkTable(sysfs);
  const interfaces = both.interfaces.slice(0, 1);
  assert.deepEqual(said(table.configure({ dir: null, interfaces })), ['a up']);
  assert.deepEqual(said(table.configure({ dir, interfaces })), [
    'a down the state file of ifplugd reports down',
  ]);
  assert.deepEqual(said(table.configure({ dir: null, interfaces })), ['a up']);
});

test('a state file that is a link or a FIFO is logged once for each reason, and lost', (t) => {
  const sysfs = temporaryFolder(t);
  const dir = temporaryFolder(t);
  fakeInterface(sysfs, 'va0');
  const logged: (string | null)[] = [];
  const table = new LinkTable(sysfs, (name, reason) => logged.push(reason && `${name} ${reason}`));
  writeFileSync(join(dir, 'elsewhere'), 'up');
  symlinkSync('elsewhere', join(dir, 'va0'));
  const config = { dir, interfaces: both.interfaces.slice(0, 1) };
  assert.deepEqual(said(table.configure(config)), ['a lost state file is a symbolic link']);
  table.readAll();
  table.configure(config);
  rmSync(join(dir, 'va0'));
  execFileSync('mkfifo', [join(dir, 'va0')]);
  assert.deepEqual(said(table.fileChanged('va0')), ['a lost state file is a FIFO']);
  rmSync(join(dir, 'va0'));
  writeFileSync(join(dir, 'va0'), 'up');
  assert.deepEqual(said(table.readAll()), ['a up']);
  assert.deepEqual(logged, ['va0 state file is a symbolic link', 'va0 state file is a FIFO', null]);
});
