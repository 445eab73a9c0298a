import { Subject, type Observable, type SchedulerLike } from 'rxjs';
import type { Config } from '../../model/config.ts';
import type { SinkEvent, SinkFeedback } from '../../model/report.ts';
import type { Turn } from '../../model/turn.ts';
import { decodeLine } from '../../protocol/exabgp/decode.ts';
import { LineReader } from '../../protocol/exabgp/line-reader.ts';
import type { ExabgpReply } from '../../protocol/exabgp/reply.ts';
import type { AnnouncedKeys } from './announced-keys.ts';
import { CommandWriter } from './command-writer.ts';
import { DelayedTask } from './delayed-task.ts';
import { Ledger } from './ledger.ts';
import { TICK_MS } from './limits.ts';
import { Neighbors } from './neighbors.ts';
import { OwnRoutes } from './own-routes.ts';
import { type InspectorOptions, PeerInspector } from './peer-inspector.ts';
import { neighborNotice } from './peer-notices.ts';
import { ExabgpReporter } from './reporter.ts';
import type { Transport, TransportEvent } from './transport.ts';

export interface SessionOptions extends InspectorOptions {
  readonly window: number;
  /** False: nothing is read, nothing is waited for. */
  readonly isAcknowledged: boolean;
}

/** One connection to ExaBGP after another: each is inspected, and then kept at the wanted routes. */
export class ExabgpSession {
  readonly #options: SessionOptions;
  readonly #scheduler: SchedulerLike;
  readonly #reporter: ExabgpReporter;
  readonly #neighbors = new Neighbors();
  readonly #ended$ = new Subject<void>();
  readonly #lines = new LineReader();
  readonly #ownRoutes: OwnRoutes;
  readonly #ledger: Ledger;
  readonly #inspector: PeerInspector;
  readonly #writer: CommandWriter;
  /** One write for everything that comes in one turn of the event loop. */
  readonly #flushing: DelayedTask;
  readonly #ticking: DelayedTask;
  #isOpen = false;
  #isFirstTurn = true;

  constructor(
    options: SessionOptions,
    transport: Transport,
    announcedKeys: AnnouncedKeys,
    scheduler: SchedulerLike,
    report: (event: SinkEvent) => void,
    feedback: (feedback: SinkFeedback) => void,
  ) {
    this.#options = options;
    this.#scheduler = scheduler;
    this.#flushing = new DelayedTask(scheduler, 0, () => this.#flush());
    this.#ticking = new DelayedTask(scheduler, TICK_MS, () => {
      this.#onTick();
      this.#flushLater();
    });
    this.#reporter = new ExabgpReporter(scheduler, report, feedback);
    this.#ownRoutes = new OwnRoutes(announcedKeys, scheduler.now());
    const ledgerOptions = { ...options, mustSettle: options.isAcknowledged };
    const ledger = new Ledger(ledgerOptions, this.#neighbors);
    this.#ledger = ledger;
    this.#writer = new CommandWriter(ledger, transport, this.#ownRoutes, this.#reporter, scheduler);
    this.#inspector = new PeerInspector(
      options,
      transport,
      ledger,
      this.#neighbors,
      this.#ownRoutes,
      this.#reporter,
    );
  }

  /** Emits when ExaBGP announces its shutdown, for which it waits until we have exited. */
  get ended$(): Observable<void> {
    return this.#ended$;
  }

  /** Whether there is nothing left to do or to wait for. */
  get isComplete(): boolean {
    return this.#isRunning && this.#ledger.isComplete;
  }

  /** Routes whose wanted state is not confirmed. */
  get pending(): number {
    return this.#ledger.pending;
  }

  /** Resolves when the keys that may be announced are on disk, or cannot be. */
  async configure(config: Config): Promise<void> {
    const nowMs = this.#scheduler.now();
    for (const route of this.#ownRoutes.configure(config, nowMs)) {
      if (!this.#ledger.has(route.key)) continue;
      const { nextHop } = route.attributes;
      this.#ledger.want(route, null, nextHop, this.#ownRoutes.configCause, nowMs);
    }
    this.#writer.isOnDisk = false;
    await this.#ownRoutes.save();
    this.#writer.isOnDisk = true;
    this.#flushLater();
  }

  /** Takes the wanted routes and writes at once: nothing else comes in this turn of the event loop. */
  turn({ intents: { routes, changed } }: Turn): void {
    const nowMs = this.#scheduler.now();
    const keys = this.#isFirstTurn ? routes.keys() : changed;
    this.#isFirstTurn = false;
    for (const key of keys) {
      const intent = routes.get(key);
      if (intent === undefined) {
        // Without a decision ExaBGP's route stays. One that left the configuration is withdrawn.
        if (this.#ownRoutes.isConfigured(key)) this.#ledger.forget(key);
        continue;
      }
      const attributes = intent.kind === 'announce' ? intent.attributes : null;
      const nextHop = attributes?.nextHop ?? this.#ownRoutes.nextHop(key);
      this.#ledger.want(intent.route, attributes, nextHop, intent.cause, nowMs);
    }
    this.#flush();
  }

  transportEvent(event: TransportEvent): void {
    switch (event.kind) {
      case 'opened':
        return this.#opened();
      case 'bytes':
        for (const line of this.#lines.push(event.chunk)) this.#take(decodeLine(line));
        this.#writer.report();
        return this.#flushLater();
      case 'drained':
        return this.#flushLater();
      case 'closed':
        this.close();
        return this.#reporter.state('lost', null, event.reason);
      default:
        return event satisfies never;
    }
  }

  /** Reports something to the operator, limited in rate. */
  notice(level: 'info' | 'warn' | 'error', event: string, message: string): void {
    this.#reporter.notice(level, event, message);
  }

  /** Stops all timers. */
  close(): void {
    this.#isOpen = false;
    this.#inspector.cancel();
    this.#ledger.pause(this.#scheduler.now());
    this.#lines.reset();
    this.#neighbors.clear();
    this.#flushing.cancel();
    this.#ticking.cancel();
  }

  /** Whether commands may be written. */
  get #isRunning(): boolean {
    return this.#isOpen && !this.#inspector.isInspecting;
  }

  #opened(): void {
    const nowMs = this.#scheduler.now();
    this.#isOpen = true;
    if (this.#options.isAcknowledged) this.#inspector.start(nowMs);
    else {
      this.#ledger.startUnknown('none', nowMs);
      this.#reporter.state('connected', null, 'acknowledgements are not asked for');
    }
    this.#flushLater();
  }

  #take(reply: ExabgpReply): void {
    switch (reply.kind) {
      case 'state':
        return this.#neighborState(reply.neighbor, reply.state, reply.reason);
      case 'update-sent': {
        this.#neighbors.sawUpdate(reply.neighbor);
        const nowMs = this.#scheduler.now();
        this.#ledger.updateSent(reply.neighbor, reply.announced, reply.attributes, nowMs);
        return this.#ledger.updateSent(reply.neighbor, reply.withdrawn, null, nowMs);
      }
      case 'shutdown':
        return this.#shutDown();
      case 'other':
        return;
      case 'garbage':
        return this.#garbage();
      case 'text':
        if (!this.#inspector.isAnswerText(reply.text)) this.#garbage();
        return;
      case 'done':
      case 'error':
      case 'summary-header':
      case 'summary-row':
      case 'version':
      case 'route':
        return this.#answer(reply);
      default:
        return reply satisfies never;
    }
  }

  #answer(reply: ExabgpReply): void {
    const nowMs = this.#scheduler.now();
    if (this.#inspector.take(reply, nowMs)) return;
    const isExpected =
      reply.kind === 'done'
        ? this.#ledger.done(nowMs)
        : reply.kind === 'error'
          ? this.#ledger.error(nowMs)
          : reply.kind !== 'summary-header' || this.#ledger.header(nowMs);
    // Named pipes also carry answers to other programs. From our parent it is an answer that we
    // gave up on, so answers may have been matched to the wrong commands.
    const canBeLate = this.#options.hasEvents || !this.#inspector.isExabgp;
    if (isExpected || !this.#isOpen || !canBeLate) return;
    const message = 'ExaBGP answered too late: asking it again for its routes';
    this.notice('warn', 'answer_unexpected', message);
    // Only an ExaBGP sends a header, so this one is slower than we waited.
    if (!this.#inspector.isExabgp && reply.kind === 'summary-header') this.#inspector.start(nowMs);
    else this.#inspector.repeat();
  }

  #neighborState(address: string, state: 'connected' | 'up' | 'down', reason: string): void {
    if (state === 'connected') return;
    const isKnown = this.#neighbors.knows(address);
    this.#neighbors.setUp(address, state === 'up');
    if (state === 'down') this.#ledger.neighborDown(address);
    this.#reporter.notices([neighborNotice(address, state, reason)]);
    // A neighbor that a reload added holds none of our routes.
    if (!isKnown && this.#inspector.isExabgp) this.#inspector.repeat();
  }

  /** ExaBGP has closed its BGP sessions by then: there is nothing left to drain. */
  #shutDown(): void {
    if (!this.#options.hasEvents || !this.#isOpen) return;
    this.close();
    this.#reporter.state('lost', null, 'ExaBGP is shutting down');
    this.#ended$.next();
  }

  #garbage(): void {
    this.notice('warn', 'garbage', 'ExaBGP sent a line that is neither a reply nor an event');
  }

  #flush(): void {
    // Where no answer is waited for, there may be more to write.
    if (this.#writer.flush()) this.#flushLater();
    else this.#tickLater();
  }

  #flushLater(): void {
    this.#tickLater();
    if (this.#isRunning) this.#flushing.schedule();
  }

  #tickLater(): void {
    const isBusy = this.#inspector.isBusy || this.#ledger.isBusy;
    if (this.#isOpen && isBusy) this.#ticking.schedule();
  }

  #onTick(): void {
    const nowMs = this.#scheduler.now();
    this.#ledger.tick(nowMs);
    if (this.#isRunning && this.#ledger.isSuspect && this.#inspector.isExabgp)
      this.#inspector.repeat();
    this.#inspector.tick(nowMs);
    this.#writer.report();
  }
}
