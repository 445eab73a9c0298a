import type { ExabgpReply } from '../../protocol/exabgp/reply.ts';
import { ABSENT } from './fingerprint.ts';
import { splitFoundRoutes } from './found-routes.ts';
import { type InspectedExabgp, Inspection, type InspectionResult } from './inspection.ts';
import type { Ledger } from './ledger.ts';
import { INSPECT_AGAIN_MIN_MS, LISTED_MAX_NAMES, SETTLE_MS } from './limits.ts';
import type { Neighbors } from './neighbors.ts';
import type { OwnRoutes } from './own-routes.ts';
import { describePeer, peerNotices } from './peer-notices.ts';
import type { ExabgpReporter } from './reporter.ts';
import type { Transport } from './transport.ts';

export interface InspectorOptions {
  readonly ackTimeoutMs: number;
  /** Whether events can reach us: they do not come through named pipes. */
  readonly hasEvents: boolean;
}

/** Finds out what is at the other end, adopts the routes it holds, and starts the ledger from them. */
export class PeerInspector {
  readonly #options: InspectorOptions;
  readonly #transport: Transport;
  readonly #ledger: Ledger;
  readonly #neighbors: Neighbors;
  readonly #ownRoutes: OwnRoutes;
  readonly #reporter: ExabgpReporter;
  #inspection: Inspection | null = null;
  #isExabgp = false;
  #shouldRepeat = false;
  #startedAtMs = 0;

  constructor(
    options: InspectorOptions,
    transport: Transport,
    ledger: Ledger,
    neighbors: Neighbors,
    ownRoutes: OwnRoutes,
    reporter: ExabgpReporter,
  ) {
    this.#options = options;
    this.#transport = transport;
    this.#ledger = ledger;
    this.#neighbors = neighbors;
    this.#ownRoutes = ownRoutes;
    this.#reporter = reporter;
  }

  get isInspecting(): boolean {
    return this.#inspection !== null;
  }

  /** Whether `tick` is needed. */
  get isBusy(): boolean {
    return this.#inspection !== null || this.#shouldRepeat;
  }

  /** Whether an ExaBGP answered the last inspection. If not, one may still start to answer. */
  get isExabgp(): boolean {
    return this.#isExabgp;
  }

  /** Pauses the ledger until the inspection is over: until then nothing else is written. */
  start(nowMs: number): void {
    this.#startedAtMs = nowMs;
    this.#shouldRepeat = false;
    this.#ledger.pause(nowMs);
    this.#inspection = new Inspection(this.#options.ackTimeoutMs, nowMs);
    this.#transport.write(this.#inspection.question);
  }

  /** Inspects again, but not sooner than `INSPECT_AGAIN_MIN_MS` after the last time. */
  repeat(): void {
    this.#shouldRepeat = true;
  }

  cancel(): void {
    this.#inspection = null;
  }

  /** Takes a reply. False: nothing is being inspected. */
  take(reply: ExabgpReply, nowMs: number): boolean {
    if (this.#inspection === null) return false;
    const next = this.#inspection.take(reply, nowMs);
    if (typeof next === 'string') this.#transport.write(next);
    else if (next !== null) this.#conclude(next, nowMs);
    return true;
  }

  /** Whether a line of text belongs to an answer. */
  isAnswerText(text: string): boolean {
    return this.#inspection?.isAnswerText(text) === true;
  }

  /** Carries out the deadlines of an inspection, or begins the next one. */
  tick(nowMs: number): void {
    if (this.#inspection !== null) {
      const peer = this.#inspection.tick(nowMs);
      if (peer !== null) this.#conclude(peer, nowMs);
    } else if (this.#shouldRepeat && nowMs - this.#startedAtMs >= INSPECT_AGAIN_MIN_MS)
      this.start(nowMs);
  }

  #conclude(peer: InspectionResult, nowMs: number): void {
    this.#inspection = null;
    this.#isExabgp = peer.kind === 'exabgp';
    if (peer.kind === 'exabgp') {
      this.#neighbors.configure(peer.configs, this.#options.hasEvents);
      for (const address of peer.established) this.#neighbors.setUp(address, true);
      this.#reporter.state('connected', peer.version, '');
    } else this.#reporter.state('connected', null, describePeer(peer.kind));
    this.#reporter.notices(peerNotices(peer, this.#options.hasEvents));
    if (peer.kind === 'exabgp') this.#adopt(peer, nowMs);
    else this.#ledger.startUnknown(peer.kind, nowMs);
  }

  #adopt({ routes, staleAnswers, hasAcks }: InspectedExabgp, nowMs: number): void {
    const ownKeys = this.#ownRoutes.keys();
    const { ours, foreign } = splitFoundRoutes(
      routes,
      (key) => ownKeys.has(key) || this.#ledger.has(key),
      (route) => this.#neighbors.receivers(route),
    );
    for (const [key, { route, nextHop }] of ours)
      if (!this.#ownRoutes.isConfigured(key))
        this.#ledger.want(route, null, nextHop, this.#ownRoutes.configCause, nowMs);
    // What a dead helper wrote last may not be at the peer yet, and would be mixed with ours.
    const notBeforeMs = staleAnswers > 0 ? nowMs + SETTLE_MS : nowMs;
    const held = (key: string): readonly string[] | null => {
      if (!ownKeys.has(key)) return null;
      const found = ours.get(key);
      return found === undefined ? [ABSENT] : found.fingerprints;
    };
    this.#ledger.start(held, hasAcks ? 'exabgp' : 'none', notBeforeMs, nowMs);
    this.#reporter.adopted([...ours.keys()].filter((key) => this.#ownRoutes.isConfigured(key)));
    if (foreign.length > 0) {
      const names = foreign
        .slice(0, LISTED_MAX_NAMES)
        .map(({ prefix, neighbor }) => `${prefix}@${neighbor}`);
      const more = foreign.length > LISTED_MAX_NAMES ? ' …' : '';
      const message = `ExaBGP holds ${foreign.length} routes that are not ours and are left alone: ${names.join(', ')}${more}`;
      this.#reporter.notice('info', 'foreign_routes', message);
    }
    this.#ownRoutes.dropWithdrawn([...ownKeys].filter((key) => !ours.has(key)));
  }
}
