import { Subject, type Observable, type SchedulerLike } from 'rxjs';
import type { Config } from '../../model/config.ts';
import type { SinkEvent, SinkFeedback } from '../../model/report.ts';
import type { Turn } from '../../model/turn.ts';
import { decodeLine } from '../../protocol/exabgp/decode.ts';
import { LineReader } from '../../protocol/exabgp/lines.ts';
import type { ExabgpReply } from '../../protocol/exabgp/reply.ts';
import { Adopter } from './adopter.ts';
import { peerAdvice, neighborAdvice, missingAtPeer } from './advice.ts';
import { DelayedTask } from './delayed-task.ts';
import { type InspectionResult, Inspection } from './inspection.ts';
import { Ledger } from './ledger.ts';
import { ASK_AGAIN_MIN_MS, TICK_MS } from './limits.ts';
import { Neighbors } from './neighbors.ts';
import type { AnnouncedKeys } from './announced-keys.ts';
import { ExabgpReporter } from './reporter.ts';
import type { Transport, TransportEvent } from './transport.ts';

export interface SessionOptions {
  readonly ackTimeoutMs: number;
  readonly window: number;
  /** False: nothing is read, nothing is waited for. */
  readonly isAcknowledged: boolean;
  /** Whether events can reach us: they do not come through named pipes. */
  readonly hasEvents: boolean;
}

/** One talk with ExaBGP after another: asks, adopts, and keeps it at what should be. */
export class ExabgpSession {
  readonly #options: SessionOptions;
  readonly #transport: Transport;
  readonly #remembered: AnnouncedKeys;
  readonly #scheduler: SchedulerLike;
  readonly #reporter: ExabgpReporter;
  readonly #neighbors = new Neighbors();
  readonly #ended$ = new Subject<void>();
  readonly #lines = new LineReader();
  readonly #ledger: Ledger;
  readonly #adopter: Adopter;
  /** One write for all that one turn of the loop brings. */
  readonly #flushing: DelayedTask;
  readonly #ticking: DelayedTask;
  #inspection: Inspection | null = null;
  #phase: 'closed' | 'asking' | 'running' = 'closed';
  /** Whether an ExaBGP we know answered. If not, one may still turn up. */
  #wasFound = false;
  #shouldAskAgain = false;
  #askedAtMs = 0;
  /** Whether every key that may be announced is on disk. */
  #isOnDisk = false;

  constructor(
    options: SessionOptions,
    transport: Transport,
    remembered: AnnouncedKeys,
    scheduler: SchedulerLike,
    report: (event: SinkEvent) => void,
    feedback: (feedback: SinkFeedback) => void,
  ) {
    this.#options = options;
    this.#transport = transport;
    this.#remembered = remembered;
    this.#scheduler = scheduler;
    this.#flushing = new DelayedTask(scheduler, 0, () => this.#flush());
    this.#ticking = new DelayedTask(scheduler, TICK_MS, () => {
      this.#onTick();
      this.#later();
    });
    const reporter = new ExabgpReporter(scheduler, report, feedback);
    this.#reporter = reporter;
    const ledgerOptions = { ...options, mustSettle: options.isAcknowledged };
    this.#ledger = new Ledger(ledgerOptions, this.#neighbors, (outcome) => {
      reporter.outcome(outcome);
      if (outcome.result === 'confirmed') this.#adopter.confirmed(outcome.wants);
    });
    const cause = { kind: 'config', atMs: scheduler.now() } as const;
    this.#adopter = new Adopter(this.#ledger, this.#neighbors, remembered, reporter, cause);
  }

  /** Emits when ExaBGP says that it ends: it waits for our end before its own. */
  get ended$(): Observable<void> {
    return this.#ended$;
  }

  /** Whether there is nothing left to do or to wait for. */
  get complete(): boolean {
    return this.#phase === 'running' && this.#ledger.complete;
  }

  /** Routes that should be otherwise than is known. */
  get pending(): number {
    return this.#ledger.pending;
  }

  /** Resolves when what was announced is remembered on disk. */
  async configure(config: Config): Promise<void> {
    this.#adopter.configure(config, this.#scheduler.now());
    this.#isOnDisk = false;
    await this.#remembered.add(this.#adopter.keys());
    this.#isOnDisk = true;
    this.#later();
  }

  turn(turn: Turn): void {
    this.#adopter.turn(turn, this.#scheduler.now());
    this.#ledger.report();
    // A turn is all that its turn of the loop brings: nothing more is worth waiting for.
    this.#flush();
    this.#tickLater();
  }

  transport(event: TransportEvent): void {
    switch (event.kind) {
      case 'opened':
        return this.#opened();
      case 'bytes':
        for (const line of this.#lines.push(event.chunk)) this.#take(decodeLine(line));
        this.#ledger.report();
        return this.#later();
      case 'drained':
        return this.#later();
      case 'closed':
        this.close();
        return this.#reporter.state('lost', null, event.reason);
    }
  }

  /** Tells the operator, at a bounded rate for each `event` and what it is `about`. */
  notice(level: 'info' | 'warn' | 'error', event: string, message: string, about = ''): void {
    this.#reporter.notices.notice(level, event, message, this.#scheduler.now(), about);
  }

  /** Stops all timers. */
  close(): void {
    this.#phase = 'closed';
    this.#inspection = null;
    this.#ledger.pause(this.#scheduler.now());
    this.#lines.reset();
    this.#neighbors.clear();
    this.#flushing.cancel();
    this.#ticking.cancel();
  }

  #opened(): void {
    if (this.#options.isAcknowledged) return this.#ask();
    this.#phase = 'running';
    this.#adopter.startBlind('none', this.#scheduler.now());
    this.#reporter.state('connected', null, 'acknowledgements are not asked for');
    this.#later();
  }

  /** Finds out what is at the other end. Until then nothing else is written. */
  #ask(): void {
    const nowMs = this.#scheduler.now();
    this.#phase = 'asking';
    this.#askedAtMs = nowMs;
    this.#shouldAskAgain = false;
    this.#ledger.pause(nowMs);
    this.#inspection = new Inspection(this.#options.ackTimeoutMs, nowMs);
    this.#transport.write(this.#inspection.question);
    this.#tickLater();
  }

  #take(reply: ExabgpReply): void {
    switch (reply.kind) {
      case 'state':
        return this.#neighborState(reply.neighbor, reply.state, reply.reason);
      case 'sent': {
        this.#neighbors.sawSend(reply.neighbor);
        const nowMs = this.#scheduler.now();
        this.#ledger.sent(reply.neighbor, reply.announced, reply.attributes, nowMs);
        return this.#ledger.sent(reply.neighbor, reply.withdrawn, null, nowMs);
      }
      case 'shutdown':
        return this.#shutDown();
      case 'other':
        return;
      case 'garbage':
        return this.#garbage();
      case 'text':
        if (this.#inspection?.takesText(reply.text) !== true) this.#garbage();
        return;
      case 'done':
      case 'error':
      case 'summary-header':
      case 'summary-row':
      case 'version':
      case 'route':
        return this.#answer(reply);
    }
  }

  #answer(reply: ExabgpReply): void {
    const nowMs = this.#scheduler.now();
    if (this.#inspection !== null) {
      const next = this.#inspection.take(reply, nowMs);
      if (typeof next === 'string') this.#transport.write(next);
      else if (next !== null) this.#conclude(next);
      return;
    }
    const isExpected =
      reply.kind === 'done'
        ? this.#ledger.done(nowMs)
        : reply.kind === 'error'
          ? this.#ledger.error(nowMs)
          : reply.kind !== 'summary-header' || this.#ledger.header(nowMs);
    // Through the pipes come answers to others too. From our parent it is an answer
    // we gave up on: whatever we believe about the order of answers may be wrong.
    if (!isExpected && this.#phase === 'running' && (this.#options.hasEvents || !this.#wasFound)) {
      this.notice(
        'warn',
        'answer_unexpected',
        'ExaBGP answered too late: asking it again for its routes',
      );
      // A header is proof of a real one, only slower than we waited.
      if (!this.#wasFound && reply.kind === 'summary-header') this.#ask();
      else this.#shouldAskAgain = true;
    }
  }

  #conclude(finding: InspectionResult): void {
    const nowMs = this.#scheduler.now();
    this.#inspection = null;
    this.#phase = 'running';
    this.#wasFound = finding.kind === 'found';
    if (finding.kind === 'found') this.#adopt(finding);
    else {
      this.#adopter.startBlind(finding.kind === 'bare' ? 'script' : 'none', nowMs);
      this.#reporter.state('connected', null, missingAtPeer(finding.kind));
      this.#reporter.tell(peerAdvice(finding, this.#options.hasEvents));
    }
    this.#ledger.report();
    this.#later();
  }

  #adopt(finding: Extract<InspectionResult, { kind: 'found' }>): void {
    const { version, configs, established } = finding;
    this.#neighbors.configured(configs, this.#options.hasEvents);
    for (const address of established) this.#neighbors.setUp(address, true);
    this.#reporter.state('connected', version, '');
    this.#reporter.tell(peerAdvice(finding, this.#options.hasEvents));
    this.#adopter.adopt(finding, this.#scheduler.now());
  }

  #neighborState(address: string, state: 'connected' | 'up' | 'down', reason: string): void {
    const isUnknown = !this.#neighbors.knows(address);
    if (state === 'connected') return;
    this.#neighbors.setUp(address, state === 'up');
    if (state === 'down') this.#ledger.neighborDown(address);
    this.#reporter.tell([neighborAdvice(address, state, reason)]);
    // A neighbor that a reload added holds none of our routes.
    if (isUnknown && this.#wasFound) this.#shouldAskAgain = true;
  }

  /** Its sessions are closed before it says so: there is nothing left to drain. */
  #shutDown(): void {
    if (!this.#options.hasEvents || this.#phase === 'closed') return;
    this.close();
    this.#reporter.state('lost', null, 'ExaBGP is shutting down');
    this.#ended$.next();
  }

  #garbage(): void {
    this.notice('warn', 'garbage', 'ExaBGP sent a line that is neither a reply nor an event');
  }

  #later(): void {
    this.#tickLater();
    if (this.#phase === 'running') this.#flushing.ask();
  }

  #flush(): void {
    if (this.#phase !== 'running' || !this.#isOnDisk || !this.#transport.isReady) return;
    const lines = this.#ledger.plan(this.#scheduler.now());
    this.#ledger.report();
    if (lines.length === 0) return;
    this.#transport.write(`${lines.join('\n')}\n`);
    // Where nothing is waited for, there may be more.
    this.#later();
  }

  #tickLater(): void {
    const isBusy = this.#inspection !== null || this.#shouldAskAgain || this.#ledger.busy;
    if (this.#phase !== 'closed' && isBusy) this.#ticking.ask();
  }

  #onTick(): void {
    const nowMs = this.#scheduler.now();
    if (this.#inspection !== null) {
      const finding = this.#inspection.tick(nowMs);
      if (finding !== null) this.#conclude(finding);
      return;
    }
    const pokes = this.#ledger.tick(nowMs);
    this.#ledger.report();
    if (this.#ledger.suspect && this.#wasFound) this.#shouldAskAgain = true;
    if (this.#shouldAskAgain && nowMs - this.#askedAtMs >= ASK_AGAIN_MIN_MS) return this.#ask();
    if (pokes.length > 0 && this.#transport.isReady) this.#transport.write(`${pokes.join('\n')}\n`);
  }
}
