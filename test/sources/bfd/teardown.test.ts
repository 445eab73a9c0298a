import assert from 'node:assert/strict';
import { test } from 'node:test';
import { of, throwError } from 'rxjs';
import { bfd } from '../../../src/sources/bfd/bfd.ts';
import { addInterfaces, configOf, startSwitch, temporaryFolder } from './switch.ts';
import { Watcher } from './watcher.ts';

/** Sockets and timers of this process. */
function held(): string {
  const ofUs = process.getActiveResourcesInfo().filter((each) => /Wrap$|^Timeout$/.test(each));
  return ofUs.toSorted().join();
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
}

/** What is held once the commands that the test ran are quite over. */
async function heldAtRest(): Promise<string> {
  let last = held();
  for (let turns = 0; turns < 200; turns += 1) {
    await new Promise(setImmediate);
    if (held() === last) continue;
    last = held();
    turns = 0;
  }
  return last;
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  while (!holds()) {
    assert.ok(performance.now() < deadlineMs, `${what}, but ${held()}`);
    await new Promise(setImmediate);
  }
}

for (const kind of ['near', 'far'] as const) {
  test(`after unsubscribe from a ${kind} switch nothing is held`, async (t) => {
    const one = await startSwitch(t);
    await addInterfaces(one, ['p1']);
    const atRest = await heldAtRest();
    const timersAtRest = timers();
    const source = kind === 'near' ? one.source : { ...one.source, vswitchdPidfile: null };
    const watcher = new Watcher(t, of(configOf(source, 'p1', 'p2')));
    // Both monitors of a far switch are there once one of them is.
    await watcher.untilNotice('bfd_interface_missing');
    assert.notEqual(timers(), timersAtRest);
    watcher.subscription.unsubscribe();
    // Sockets close a little later; a timer that is left would end by itself, and nobody see it.
    assert.equal(timers(), timersAtRest);
    await until(() => held() === atRest && one.vswitchd.connections === 0, atRest);
  });
}

test('nor after unsubscribe in the instant of the start, or while all is missing', async (t) => {
  const missing = temporaryFolder(t);
  const atRest = await heldAtRest();
  const config = configOf(
    { remote: `unix:${missing}/db.sock`, vswitchdPidfile: `${missing}/pid`, tls: null },
    'p1',
  );
  new Watcher(t, of(config)).subscription.unsubscribe();
  await until(() => held() === atRest, atRest);
  const watcher = new Watcher(t, of(config));
  await watcher.until('p1', 'lost: OVSDB is not reachable: no such socket');
  watcher.subscription.unsubscribe();
  await until(() => held() === atRest, atRest);
});

test('unsubscribe by an observation leaves nothing either', async (t) => {
  const one = await startSwitch(t);
  await addInterfaces(one, ['p1', 'p2']);
  const atRest = await heldAtRest();
  const seen: string[] = [];
  await new Promise<void>((resolve) => {
    const config$ = of(configOf(one.source, 'p1', 'p2'));
    const subscription = bfd(config$, { notify: () => {} }).subscribe(({ signal }) => {
      seen.push(signal);
      subscription.unsubscribe();
      resolve();
    });
  });
  await until(() => held() === atRest && one.vswitchd.connections === 0, atRest);
  assert.deepEqual(seen, ['p1']);
});

test('an error of the configuration comes through', () => {
  const failed = new Error('failed');
  let seen: unknown = null;
  bfd(
    throwError(() => failed),
    { notify: () => {} },
  ).subscribe({ error: (error) => (seen = error) });
  assert.equal(seen, failed);
});
