import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { firstValueFrom } from 'rxjs';
import { netlinkLinks, type NetlinkEvent } from '../../src/platform/netlink.ts';
import { parseLinkMessages } from '../../src/protocol/rtnetlink.ts';
import { inNetworkNamespace, ip } from '../sources/link/lab.ts';
import { runAsNobody } from './as-nobody.ts';

/** A child that hangs has failed. */
const bounded = { timeout: 60_000, killSignal: 'SIGKILL' } as const;

/** Listens for the time of one test. */
class Listener {
  readonly events: NetlinkEvent[] = [];
  #look = (): void => {};
  #failed: unknown = null;

  constructor(t: TestContext, netlink = netlinkLinks()) {
    const subscription = netlink.subscribe({
      next: (event) => {
        this.events.push(event);
        this.#look();
      },
      error: (error) => {
        this.#failed = error;
        this.#look();
      },
    });
    t.after(() => subscription.unsubscribe());
  }

  count(kind: NetlinkEvent['kind']): number {
    return this.events.filter((event) => event.kind === kind).length;
  }

  async until(holds: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no event')), bounded.timeout);
      this.#look = () => {
        if (this.#failed !== null) reject(this.#failed);
        if (!holds()) return;
        clearTimeout(timer);
        resolve();
      };
      this.#look();
    });
  }
}

/** Until the worker has read what the kernel kept for it; this thread stands still. */
function waitForWorker(): void {
  const deadline = performance.now() + bounded.timeout;
  const still = new Int32Array(new SharedArrayBuffer(4));
  while (unreadBytes() > 0) {
    assert.ok(performance.now() < deadline, 'the worker reads nothing');
    Atomics.wait(still, 0, 0, 1);
  }
}

/** Of all that listen for links in this namespace: columns `Eth`, `Groups` and `Rmem`. */
function unreadBytes(): number {
  return readFileSync('/proc/self/net/netlink', 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, protocol, , groups]) => protocol === '0' && groups === '00000001')
    .reduce((sum, [, , , , unread]) => sum + Number(unread), 0);
}

function names(events: readonly NetlinkEvent[]): string[] {
  return events
    .flatMap((event) => (event.kind === 'datagram' ? parseLinkMessages(event.bytes) : []))
    .map((message) => (message.kind === 'broken' ? message.reason : message.name));
}

inNetworkNamespace(import.meta.url, () => {
  let renamed = 0;
  ip('link add r0 type bridge');

  /** Each is one event with another name, or two. */
  function renames(count: number): string[] {
    const from = renamed;
    renamed += count;
    const all = Array.from({ length: count }, (_, index) => from + index);
    ip(...all.map((index) => `link set r${index} name r${index + 1}`));
    return all.map((index) => `r${index + 1}`);
  }

  test('a burst arrives whole and in order', async (t) => {
    const listener = new Listener(t);
    await listener.until(() => listener.count('listening') === 1);
    const expected = renames(200);
    await listener.until(() => names(listener.events).includes(`r${renamed}`));
    const seen = names(listener.events).filter((name, at, all) => all.indexOf(name) === at);
    assert.deepEqual(seen, expected);
    assert.equal(listener.count('overflow'), 0);
  });

  test('a burst beyond the kernel’s buffer is an overflow, and it goes on', async (t) => {
    const smallest = 1;
    const listener = new Listener(t, netlinkLinks(undefined, smallest));
    await listener.until(() => listener.count('listening') === 1);
    while (listener.count('overflow') === 0) {
      renames(20);
      await new Promise(setImmediate);
    }
    const [next] = renames(1);
    await listener.until(() => names(listener.events).includes(next ?? ''));
  });

  test('what waits for a busy main thread is bounded', async (t) => {
    const listener = new Listener(t);
    await listener.until(() => listener.count('listening') === 1);
    // The main thread takes no message meanwhile. The kernel's buffer has room for a part at a time.
    for (let part = 0; part < 5; part += 1) {
      const mtus = Array.from({ length: 300 }, (_, index) => 10_000 + part * 300 + index);
      ip(...mtus.map((mtu) => `link set lo mtu ${mtu}`));
      waitForWorker();
    }
    await listener.until(() => listener.count('overflow') === 1);
    const seen = listener.count('datagram');
    assert.ok(seen >= 1000 && seen < 1200, String(seen));
  });

  test('without koffi it errors', async () => {
    await assert.rejects(firstValueFrom(netlinkLinks(() => '/nonexistent/koffi.js')), {
      code: 'MODULE_NOT_FOUND',
    });
    const thrown = new Error('koffi is not installed');
    const throwing = (): never => {
      throw thrown;
    };
    await assert.rejects(firstValueFrom(netlinkLinks(throwing)), thrown);
  });

  test('process.exit ends the process while the worker waits', async () => {
    const script = fileURLToPath(new URL('netlink-child.ts', import.meta.url));
    const child = spawn(process.execPath, [...process.execArgv, script], {
      ...bounded,
      stdio: 'inherit',
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(code, 7);
  });

  test('nobody needs to be root to listen', async (t) => {
    const child = await runAsNobody(t, new URL('netlink-child.ts', import.meta.url));
    const [code] = await once(child, 'exit');
    assert.equal(code, 7);
  });
});
