import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NEVER, type Observable, type Subscription } from 'rxjs';
import type { Observation } from '../../../src/model/observation.ts';
import type { Notice } from '../../../src/model/notice.ts';
import { link, type LinkConfig, type LinkWorld } from '../../../src/sources/link/link.ts';

const insideMark = 'ROUTEVANE_TEST_INSIDE';
/** A test that waits longer than this for an event has failed. */
const patienceMs = 60_000;
/** A file that left something open would never end. */
const fileMaxMs = 240_000;

/**
 * Runs the tests of a file in a network namespace without a name, which ends with
 * the process: the file starts itself again inside.
 */
export function inNetworkNamespace(url: string, define: () => void): void {
  if (isInside()) {
    define();
    return;
  }
  test('in a network namespace of its own', async () => {
    const child = startInside(url);
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    const code = await new Promise((resolve, reject) => {
      child.on('error', () => reject(new Error('unshare is needed: install util-linux')));
      child.on('close', resolve);
    });
    assert.equal(code, 0, output);
  });
}

/** True in the process that `startInside` made. */
export function isInside(): boolean {
  return process.env[insideMark] !== undefined;
}

/** Starts this program again, in a network namespace of its own. */
export function startInside(url: string): ChildProcessByStdio<null, Readable, Readable> {
  const self = [process.execPath, ...process.execArgv, fileURLToPath(url)];
  // sysfs shows the interfaces of the namespace it was mounted in.
  const script = 'mount -t sysfs sysfs /sys && ip link set lo up && exec "$@"';
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return spawn('unshare', ['--net', '--mount', 'sh', '-c', script, 'sh', ...self], {
    env: { ...env, [insideMark]: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: fileMaxMs,
    killSignal: 'SIGKILL',
  });
}

/** Commands of `ip`, in one process. */
export function ip(...commands: string[]): void {
  execFileSync('ip', ['-batch', '-'], { input: `${commands.join('\n')}\n` });
}

/** A cable: `name` is up as long as `${name}-far` is. */
export function plugged(t: TestContext, name: string): { pull(): void; plug(): void } {
  const far = `${name}-far`;
  ip(`link add ${name} type veth peer name ${far}`, `link set ${name} up`, `link set ${far} up`);
  untilOperational(name);
  t.after(() => {
    try {
      execFileSync('ip', ['link', 'del', far], { stdio: 'ignore' });
    } catch {
      // The test removed it.
    }
  });
  return { pull: () => ip(`link set ${far} down`), plug: () => ip(`link set ${far} up`) };
}

/** The operational state follows the carrier a little later. */
function untilOperational(name: string): void {
  const deadline = Date.now() + patienceMs;
  while (readFileSync(`/sys/class/net/${name}/operstate`, 'latin1') !== 'up\n') {
    assert.ok(Date.now() < deadline, `${name} does not come up`);
  }
}

export function temporaryFolder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'routevane-link-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The real things, but no netlink: carrier is read from time to time. */
export const silentNetlink = (sysfsDir = '/sys/class/net'): LinkWorld => ({
  sysfsDir,
  netlink: () => NEVER,
});

/** Subscribes for the time of one test. */
export class Watcher {
  readonly observations: Observation[] = [];
  readonly notices: Notice[] = [];
  readonly subscription: Subscription;
  #look = (): void => {};

  constructor(t: TestContext, config$: Observable<LinkConfig>, world?: LinkWorld) {
    const deps = {
      notify: (notice: Notice) => {
        this.notices.push(notice);
        this.#look();
      },
    };
    this.subscription = link(config$, deps, world).subscribe((observation) => {
      this.observations.push(observation);
      this.#look();
    });
    t.after(() => this.subscription.unsubscribe());
  }

  last(signal: string): Observation | undefined {
    return this.observations.findLast((observation) => observation.signal === signal);
  }

  /** What was seen of a signal: `up`, `down: no carrier`. */
  seen(signal: string): string[] {
    return this.observations.filter((each) => each.signal === signal).map(said);
  }

  /** Resolves once the newest observation of the signal reads so. */
  async until(signal: string, wanted: string): Promise<void> {
    const what = `${signal} ${wanted}`;
    await this.#until(what, () => said(this.last(signal)) === wanted);
  }

  async untilNotice(event: string): Promise<void> {
    await this.#until(event, () => this.notices.some((notice) => notice.event === event));
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        const seen = JSON.stringify([this.observations, this.notices], null, 1);
        reject(new Error(`not seen: ${what}; but ${seen}`));
      }, patienceMs);
      this.#look = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#look = () => {};
        resolve();
      };
      this.#look();
    });
  }
}

function said(observation: Observation | undefined): string {
  if (observation === undefined) return 'nothing';
  const { state, reason } = observation;
  return reason === '' ? state : `${state}: ${reason}`;
}
