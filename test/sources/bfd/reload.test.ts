import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BehaviorSubject } from 'rxjs';
import type { BfdConfig } from '../../../src/sources/bfd/bfd.ts';
import { addInterfaces, configOf, downStatus, setStatus, startSwitch, upStatus } from './switch.ts';
import { Watcher } from './watcher.ts';

test('interfaces that come and go leave the others alone', async (t) => {
  const one = await startSwitch(t);
  await addInterfaces(one, ['p1', 'p2', 'p3']);
  const config$ = new BehaviorSubject(configOf(one.source, 'p1', 'p2'));
  const watcher = new Watcher(t, config$);
  await watcher.until('p1', 'up');
  config$.next(configOf(one.source, 'p2', 'p3'));
  await watcher.until('p3', 'up');
  await setStatus(one, ['p1', 'p2', 'p3'], downStatus);
  await watcher.until('p2', 'down: bfd state down');
  await watcher.until('p3', 'down: bfd state down');
  assert.deepEqual(watcher.seen('p1'), ['up']);
  assert.deepEqual(watcher.seen('p2'), ['up', 'down: bfd state down']);
  assert.deepEqual(watcher.seen('p3'), ['up', 'down: bfd state down']);
});

test('the same configuration again changes nothing', async (t) => {
  const one = await startSwitch(t);
  await addInterfaces(one, ['p1']);
  const config$ = new BehaviorSubject(configOf(one.source, 'p1'));
  const watcher = new Watcher(t, config$);
  await watcher.until('p1', 'up');
  config$.next(configOf({ ...one.source }, 'p1'));
  await setStatus(one, ['p1'], downStatus);
  await watcher.until('p1', 'down: bfd state down');
  assert.deepEqual(watcher.seen('p1'), ['up', 'down: bfd state down']);
});

test('another source is asked instead of the last one', async (t) => {
  const [one, other] = [await startSwitch(t), await startSwitch(t)];
  await addInterfaces(one, ['p1']);
  await addInterfaces(other, ['p1'], downStatus);
  const config$ = new BehaviorSubject(configOf(one.source, 'p1'));
  const watcher = new Watcher(t, config$);
  await watcher.until('p1', 'up');
  config$.next(configOf(other.source, 'p1'));
  await watcher.until('p1', 'down: bfd state down');
  await setStatus(one, ['p1'], { ...upStatus, flap_count: '9' });
  await setStatus(other, ['p1'], { ...upStatus, flap_count: '3' });
  await watcher.until('p1', 'up');
  assert.deepEqual(watcher.seen('p1'), ['up', 'down: bfd state down', 'up']);
  assert.equal(one.vswitchd.connections, 0);
});

test('without interfaces nothing is connected, and with them again all is', async (t) => {
  const one = await startSwitch(t);
  await addInterfaces(one, ['p1']);
  const config$ = new BehaviorSubject<BfdConfig>(configOf(one.source));
  const watcher = new Watcher(t, config$);
  assert.deepEqual(process.getActiveResourcesInfo().filter(isConnecting), []);
  config$.next(configOf(one.source, 'p1'));
  await watcher.until('p1', 'up');
  config$.next(configOf(one.source));
  while (one.vswitchd.connections > 0) await new Promise(setImmediate);
  config$.next(configOf(one.source, 'p1'));
  // It is a new signal: what was emitted for the one before is dropped with it.
  while (watcher.seen('p1').length < 2) await new Promise(setImmediate);
  assert.deepEqual(watcher.seen('p1'), ['up', 'up']);
});

function isConnecting(resource: string): boolean {
  return resource === 'PipeConnectWrap' || resource === 'TCPConnectWrap';
}
