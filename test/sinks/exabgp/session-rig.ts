import { NEVER, VirtualTimeScheduler } from 'rxjs';
import type { SinkEvent, SinkFeedback } from '../../../src/model/report.ts';
import type { Turn } from '../../../src/model/turn.ts';
import { AnnouncedKeys } from '../../../src/sinks/exabgp/announced-keys.ts';
import { ExabgpSession, type SessionOptions } from '../../../src/sinks/exabgp/session.ts';
import type { Transport } from '../../../src/sinks/exabgp/transport.ts';
import { type Wanted, FakeCore, config } from './sample.ts';

/** A transport that takes what it is given, unless a test makes it stall or refuse. */
class FakeTransport implements Transport {
  readonly events$ = NEVER;
  readonly pendingBytes = 0;
  readonly lines: string[] = [];
  isReady = true;
  isRefusing = false;
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(text: string): boolean {
    if (this.isRefusing) return false;
    for (const line of text.split('\n').slice(0, -1)) {
      this.lines.push(line);
      this.#onLine(line);
    }
    return true;
  }
}

/** What a test may watch while it happens. */
export interface RigEvents {
  readonly written?: (line: string) => void;
  readonly reported?: (event: SinkEvent) => void;
  readonly feedback?: (feedback: SinkFeedback) => void;
}

/** A session with a clock of its own; the test is its peer. */
export class SessionRig {
  readonly transport: FakeTransport;
  readonly reports: SinkEvent[] = [];
  readonly session: ExabgpSession;
  readonly #scheduler = new VirtualTimeScheduler();
  readonly #core = new FakeCore();

  constructor(options: Partial<SessionOptions> = {}, events: RigEvents = {}) {
    this.transport = new FakeTransport((line) => events.written?.(line));
    this.session = new ExabgpSession(
      { ackTimeoutMs: 2000, window: 64, isAcknowledged: true, hasEvents: true, ...options },
      this.transport,
      new AnnouncedKeys(null, () => {}),
      this.#scheduler,
      (event) => {
        this.reports.push(event);
        events.reported?.(event);
      },
      (feedback) => events.feedback?.(feedback),
    );
  }

  /** Configured and connected. */
  async open(prefixes: readonly string[]): Promise<void> {
    await this.configure(prefixes);
    this.session.transportEvent({ kind: 'opened' });
    this.advance(0);
  }

  async configure(prefixes: readonly string[]): Promise<void> {
    await this.session.configure(config(prefixes));
    this.advance(0);
  }

  want(wanted: Readonly<Record<string, Wanted>>): void {
    this.turn(this.#core.turn(wanted));
  }

  turn(turn: Turn): void {
    this.session.turn(turn);
    this.advance(0);
  }

  /** The transport has room for more again. */
  drain(): void {
    this.transport.isReady = true;
    this.session.transportEvent({ kind: 'drained' });
    this.advance(0);
  }

  /** ExaBGP writes, cut into pieces of `pieceBytes`. */
  receive(text: string, pieceBytes = Number.MAX_SAFE_INTEGER): void {
    const bytes = Buffer.from(text, 'latin1');
    for (let from = 0; from < bytes.length; from += pieceBytes) {
      this.session.transportEvent({
        kind: 'bytes',
        chunk: bytes.subarray(from, from + pieceBytes),
      });
      this.advance(0);
    }
  }

  /** Time passes. */
  advance(ms: number): void {
    this.#scheduler.maxFrames = this.#scheduler.frame + ms;
    this.#scheduler.flush();
    this.#scheduler.frame = this.#scheduler.maxFrames;
  }

  notices(): readonly string[] {
    return this.reports.flatMap((report) => (report.kind === 'notice' ? [report.event] : []));
  }

  take(): readonly string[] {
    return this.transport.lines.splice(0);
  }
}
