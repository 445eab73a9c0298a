/** What the benchmark of the whole program measures with. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Namespace } from '../e2e/namespace.ts';
import type { Owner } from '../e2e/owner.ts';

/** Of CLOCK_MONOTONIC, which is the same in every process. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export function printRow(title: string, tookMs: readonly number[]): void {
  const sorted = tookMs.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(2);
  console.log(`${title.padEnd(58)} p50 ${at(0.5)}  p99 ${at(0.99)}  max ${at(1)} ms`);
}

/** A child that says something on stdout; the time is taken when its bytes are read. */
export interface Speaker {
  /** Resolves with the time at which `count` more texts matching `pattern` were said. */
  next(pattern: RegExp, count?: number): Promise<number>;
  /** When the first of those was said. */
  readonly firstMs: number;
  kill(): void;
}

export function speak(owner: Owner, namespace: Namespace | null, argv: readonly string[]): Speaker {
  const [command = '', ...args] = namespace === null ? argv : namespace.inside(argv);
  // Its stdin stays open and says nothing: routevane does without acknowledgements.
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  owner.own(() => child.kill('SIGKILL'));
  let firstMs: number | null = null;
  let wait: { pattern: RegExp; left: number; done: (atMs: number) => void } | null = null;
  child.stdout.on('data', (chunk: Buffer) => {
    const atMs = nowMs();
    const count = chunk.toString('latin1').match(wait?.pattern ?? /$^/g)?.length ?? 0;
    if (wait === null || count === 0) return;
    firstMs ??= atMs;
    wait.left -= count;
    if (wait.left > 0) return;
    wait.done(atMs);
    wait = null;
  });
  return {
    next: (pattern, count = 1) =>
      new Promise((done) => {
        firstMs = null;
        wait = { pattern, left: count, done };
      }),
    get firstMs() {
      return firstMs ?? NaN;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Asks for every change of a BFD session. */
export const monitor = JSON.stringify({
  method: 'monitor_cond',
  params: ['Open_vSwitch', 'raw', { Interface: [{ columns: ['name', 'bfd_status'] }] }],
  id: 1,
});

/** A raw monitor: what anybody sees of the database, and when. */
export class RawMonitor {
  readonly #socket;
  /** When the bytes of the last update were read: the first of them, and the last. */
  firstMs = 0;
  lastMs = 0;
  #text = '';

  constructor(path: string, owner: Owner) {
    this.#socket = connect({ path });
    owner.own(() => this.#socket.destroy());
    this.#socket.write(monitor);
    this.#socket.on('data', (chunk: Buffer) => {
      this.lastMs = nowMs();
      this.firstMs ||= this.lastMs;
      this.#text += chunk.toString('latin1');
    });
  }

  /** What comes next is another update. */
  mark(): void {
    this.firstMs = 0;
    this.#text = '';
  }

  async until(pattern: RegExp): Promise<number> {
    while (!pattern.test(this.#text)) await once(this.#socket, 'data');
    return this.lastMs;
  }
}
