import { close, constants, fstat, open, stat, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { Observable, type Subscriber } from 'rxjs';
import { Backoff } from '../../platform/backoff.ts';
import { PIPE_CHECK_MS, REOPEN_MAX_MS, REOPEN_MIN_MS } from './limits.ts';
import type { Transport, TransportEvent } from './transport.ts';

const openFd = promisify(open);
const closeFd = promisify(close);
const statFd = promisify(fstat);
const statPath = promisify(stat);

/** Without a reader this fails with ENXIO instead of blocking a thread. */
const WRITE_FLAGS = constants.O_WRONLY | constants.O_NONBLOCK;

/**
 * Read and write: ExaBGP opens and closes the pipe for every line of a reply,
 * and without a writer of our own each close would be an end of file.
 */
const READ_FLAGS = constants.O_RDWR | constants.O_NONBLOCK;

/**
 * ExaBGP's named pipes. Reopens them without end, because a restarted ExaBGP creates new ones;
 * each `opened` may be another ExaBGP. Never completes.
 *
 * @param inPath ExaBGP's `.in`, which it reads. @param outPath its `.out`, which it writes.
 */
export function pipeTransport(inPath: string, outPath: string): Transport {
  let link: PipeLink | null = null;
  const events$ = new Observable<TransportEvent>((subscriber) => {
    const opened = new PipeLink(inPath, outPath, subscriber);
    link = opened;
    opened.connect();
    return () => {
      opened.stop();
      link = null;
    };
  });
  return {
    events$,
    get isReady() {
      return link?.isReady ?? false;
    },
    get pendingBytes() {
      return link?.pendingBytes ?? 0;
    },
    write: (text) => link?.write(text) ?? false,
  };
}

interface Ends {
  readonly input: Socket;
  readonly output: Socket;
  readonly inputStats: Stats;
  readonly outputStats: Stats;
}

class PipeLink {
  readonly #inPath: string;
  readonly #outPath: string;
  readonly #subscriber: Subscriber<TransportEvent>;
  #ends: Ends | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #backoff = new Backoff({ minMs: REOPEN_MIN_MS, maxMs: REOPEN_MAX_MS });
  #isStopped = false;
  #lastReason = '';

  constructor(inPath: string, outPath: string, subscriber: Subscriber<TransportEvent>) {
    this.#inPath = inPath;
    this.#outPath = outPath;
    this.#subscriber = subscriber;
  }

  get isReady(): boolean {
    return this.#ends !== null && !this.#ends.input.writableNeedDrain;
  }

  get pendingBytes(): number {
    return this.#ends?.input.writableLength ?? 0;
  }

  write(text: string): boolean {
    if (this.#ends?.input.writable !== true) return false;
    this.#ends.input.write(text);
    return true;
  }

  connect(): void {
    void this.#connect();
  }

  async #connect(): Promise<void> {
    try {
      this.#connected(await this.#open());
    } catch (error) {
      this.#disconnected(reasonOf(error));
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#closeEnds();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #open(): Promise<Ends> {
    const input = await openFifo(this.#inPath, WRITE_FLAGS);
    try {
      const output = await openFifo(this.#outPath, READ_FLAGS);
      return {
        input: new Socket({ fd: input.fd, readable: false, writable: true }),
        output: new Socket({ fd: output.fd, readable: true, writable: false }),
        inputStats: input.stats,
        outputStats: output.stats,
      };
    } catch (error) {
      await closeFd(input.fd);
      throw error;
    }
  }

  #connected(ends: Ends): void {
    this.#ends = ends;
    if (this.#isStopped) {
      this.#closeEnds();
      return;
    }
    const lost = (error: Error): void => {
      if (this.#ends === ends) this.#disconnected(reasonOf(error));
    };
    ends.output.on('data', (chunk) => this.#subscriber.next({ kind: 'bytes', chunk }));
    ends.output.on('error', lost);
    ends.input.on('drain', () => this.#subscriber.next({ kind: 'drained' }));
    ends.input.on('error', lost);
    this.#backoff.reset();
    this.#lastReason = '';
    this.#schedule(PIPE_CHECK_MS, () => void this.#check(ends));
    this.#subscriber.next({ kind: 'opened' });
  }

  /** A writer gets no event when its reader goes away and comes back, so the pipes are checked. */
  async #check(ends: Ends): Promise<void> {
    const change = await this.#changeOf(ends);
    if (this.#ends !== ends) return;
    if (change === null) this.#schedule(PIPE_CHECK_MS, () => void this.#check(ends));
    else this.#disconnected(change);
  }

  async #changeOf({ inputStats, outputStats }: Ends): Promise<string | null> {
    try {
      const probe = await openFd(this.#inPath, WRITE_FLAGS);
      await closeFd(probe);
      const input = await statPath(this.#inPath);
      const output = await statPath(this.#outPath);
      const areSame = isSame(input, inputStats) && isSame(output, outputStats);
      return areSame ? null : 'the pipes were created again';
    } catch (error) {
      return reasonOf(error);
    }
  }

  #disconnected(reason: string): void {
    this.#closeEnds();
    if (this.#isStopped) return;
    this.#schedule(this.#backoff.next(), () => this.connect());
    // The same reason is reported once, not at each attempt.
    if (reason !== this.#lastReason) this.#subscriber.next({ kind: 'closed', reason });
    this.#lastReason = reason;
  }

  #schedule(delayMs: number, work: () => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = this.#isStopped ? null : setTimeout(work, delayMs);
  }

  #closeEnds(): void {
    const ends = this.#ends;
    this.#ends = null;
    ends?.input.destroy();
    ends?.output.destroy();
  }
}

async function openFifo(path: string, flags: number): Promise<{ fd: number; stats: Stats }> {
  const fd = await openFd(path, flags);
  const stats = await statFd(fd);
  if (stats.isFIFO()) return { fd, stats };
  await closeFd(fd);
  throw new Error(`${path} is not a named pipe`);
}

function isSame(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : null;
  if (code === 'ENXIO' || code === 'EPIPE') return 'ExaBGP does not read its pipe';
  return error.message;
}
