import { NEVER, VirtualTimeScheduler } from 'rxjs';
import type { SinkEvent } from '../../../src/model/report.ts';
import { AnnouncedKeys } from '../../../src/sinks/exabgp/announced-keys.ts';
import { ExabgpSession, type SessionOptions } from '../../../src/sinks/exabgp/session.ts';
import type { Transport } from '../../../src/sinks/exabgp/transport.ts';
import { type Wish, Wishes, config } from './sample.ts';

/** A session with a clock of its own and nobody at the other end but the test. */
export class SessionRig {
  readonly written: string[] = [];
  readonly reports: SinkEvent[] = [];
  readonly session: ExabgpSession;
  readonly #scheduler = new VirtualTimeScheduler();
  readonly #wishes = new Wishes();

  constructor(options: Partial<SessionOptions> = {}) {
    const transport: Transport = {
      events$: NEVER,
      isReady: true,
      pendingBytes: 0,
      write: (text) => void this.written.push(...text.split('\n').slice(0, -1)),
    };
    this.session = new ExabgpSession(
      { ackTimeoutMs: 2000, window: 64, isAcknowledged: true, hasEvents: true, ...options },
      transport,
      new AnnouncedKeys(null, () => {}),
      this.#scheduler,
      (event) => this.reports.push(event),
      () => {},
    );
  }

  /** Configured and connected. */
  async open(prefixes: readonly string[]): Promise<void> {
    await this.configure(prefixes);
    this.session.transport({ kind: 'opened' });
    this.pass(0);
  }

  async configure(prefixes: readonly string[]): Promise<void> {
    await this.session.configure(config(prefixes));
    this.pass(0);
  }

  wish(wishes: Readonly<Record<string, Wish>>): void {
    this.session.turn(this.#wishes.turn(wishes));
    this.pass(0);
  }

  /** ExaBGP writes, cut into pieces of `pieceBytes`. */
  hear(text: string, pieceBytes = Number.MAX_SAFE_INTEGER): void {
    const bytes = Buffer.from(text, 'latin1');
    for (let from = 0; from < bytes.length; from += pieceBytes) {
      this.session.transport({ kind: 'bytes', chunk: bytes.subarray(from, from + pieceBytes) });
      this.pass(0);
    }
  }

  /** Time passes. */
  pass(ms: number): void {
    this.#scheduler.maxFrames = this.#scheduler.frame + ms;
    this.#scheduler.flush();
    this.#scheduler.frame = this.#scheduler.maxFrames;
  }

  notices(): readonly string[] {
    return this.reports.flatMap((report) => (report.kind === 'notice' ? [report.event] : []));
  }

  take(): readonly string[] {
    return this.written.splice(0);
  }
}
