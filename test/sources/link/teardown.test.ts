import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { test } from 'node:test';
import { BehaviorSubject, of, throwError } from 'rxjs';
import { link, type LinkConfig } from '../../../src/sources/link/link.ts';
import { inNetworkNamespace, temporaryFolder, Watcher } from './lab.ts';

const wanted = (dir: string): LinkConfig => ({
  dir,
  interfaces: [{ signal: 'lo', interface: 'lo' }],
});
const unwanted: LinkConfig = { dir: null, interfaces: [] };

/** Threads, sockets, timers and watches of this process. */
function held(): string {
  const threads = readdirSync('/proc/self/task').length;
  const resources = process.getActiveResourcesInfo().toSorted().join();
  return `${threads} threads, ${sockets()} sockets, ${resources}`;
}

function sockets(): number {
  return readdirSync('/proc/self/fd').filter((fd) => isSocket(fd)).length;
}

function isSocket(fd: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
  } catch {
    return false;
  }
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!holds()) {
    assert.ok(performance.now() < deadline, `${what}, but ${held()}`);
    await new Promise(setImmediate);
  }
}

inNetworkNamespace(import.meta.url, () => {
  const atRest = held();
  const socketsAtRest = sockets();

  /** The worker looks up every 250 ms whether it is to stop. */
  async function untilAtRest(): Promise<void> {
    await until(() => held() === atRest, atRest);
  }

  /** Until the worker has its socket. */
  async function untilListening(): Promise<void> {
    await until(() => sockets() > socketsAtRest, 'a netlink socket');
  }

  test('after unsubscribe nothing is held', async (t) => {
    const dir = temporaryFolder(t);
    const watcher = new Watcher(t, of(wanted(dir)));
    await untilListening();
    watcher.subscription.unsubscribe();
    await untilAtRest();
  });

  test('nor after unsubscribe in the instant of the start', async (t) => {
    const watcher = new Watcher(t, of(wanted(temporaryFolder(t))));
    watcher.subscription.unsubscribe();
    await untilAtRest();
  });

  test('without links nothing is held, and with links again they are seen', async (t) => {
    const dir = temporaryFolder(t);
    const config$ = new BehaviorSubject(wanted(dir));
    const watcher = new Watcher(t, config$);
    await untilListening();
    config$.next(unwanted);
    await untilAtRest();
    config$.next(wanted(dir));
    await untilListening();
    assert.deepEqual(watcher.seen('lo'), ['up', 'up']);
  });

  test('an error of the configuration comes through, and nothing is held', async () => {
    const failed = new Error('failed');
    let seen: unknown = null;
    link(
      throwError(() => failed),
      { notify: () => {} },
    ).subscribe({ error: (error) => (seen = error) });
    assert.equal(seen, failed);
    await untilAtRest();
  });
});
