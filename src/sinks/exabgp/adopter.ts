import type { Config } from '../../model/config.ts';
import type { Route } from '../../model/route.ts';
import type { Cause, Turn } from '../../model/turn.ts';
import { type FoundRoute, sortRoutes } from './adoption.ts';
import type { WantedRoute } from './entry.ts';
import type { InspectionResult } from './inspection.ts';
import type { Ledger } from './ledger.ts';
import { NAMES_MAX, SETTLE_MS } from './limits.ts';
import type { Neighbors } from './neighbors.ts';
import { ABSENT } from './fingerprint.ts';
import type { AnnouncedKeys } from './announced-keys.ts';
import type { ExabgpReporter } from './reporter.ts';
import type { PeerKind } from './peer-liveness.ts';

type FoundExabgp = Extract<InspectionResult, { kind: 'found' }>;

/** Knows which routes are ours, and brings what is found and what should be into the ledger. */
export class Adopter {
  readonly #ledger: Ledger;
  readonly #neighbors: Neighbors;
  readonly #remembered: AnnouncedKeys;
  readonly #reporter: ExabgpReporter;
  #configured = new Map<string, Route>();
  #cause: Cause;
  #firstTurn = true;

  constructor(
    ledger: Ledger,
    neighbors: Neighbors,
    remembered: AnnouncedKeys,
    reporter: ExabgpReporter,
    cause: Cause,
  ) {
    this.#ledger = ledger;
    this.#neighbors = neighbors;
    this.#remembered = remembered;
    this.#reporter = reporter;
    this.#cause = cause;
  }

  /** Takes a configuration. Routes that are no longer in it are withdrawn. */
  configure(config: Config, nowMs: number): void {
    const before = this.#configured;
    this.#cause = { kind: 'config', atMs: nowMs };
    this.#configured = new Map(config.routes.map((route) => [route.key, route]));
    for (const [key, route] of before) {
      if (this.#configured.has(key) || !this.#ledger.has(key)) continue;
      this.#ledger.want(route, null, route.attributes.nextHop, this.#cause, nowMs);
    }
  }

  /** Every key that may be announced from now on. */
  keys(): Iterable<string> {
    return this.#configured.keys();
  }

  /** Takes what should be. A missing key is no opinion: what is there stays. */
  turn({ intents: { routes, changed } }: Turn, nowMs: number): void {
    const keys = this.#firstTurn ? routes.keys() : changed;
    this.#firstTurn = false;
    for (const key of keys) {
      const intent = routes.get(key);
      if (intent === undefined) {
        if (this.#configured.has(key)) this.#ledger.forget(key);
        continue;
      }
      const { route, cause } = intent;
      const attributes = intent.kind === 'announce' ? intent.attributes : null;
      const nextHop = attributes?.nextHop ?? this.#nextHop(key);
      this.#ledger.want(route, attributes, nextHop, cause, nowMs);
    }
  }

  /** Starts the ledger from what ExaBGP holds. */
  adopt(finding: FoundExabgp, nowMs: number): void {
    const known = new Set([...this.#configured.keys(), ...this.#remembered.keys()]);
    const { ours, foreign } = sortRoutes(
      finding.routes,
      (key) => known.has(key) || this.#ledger.has(key),
      (route) => this.#neighbors.receivers(route),
    );
    // What a dead helper wrote last may not be at the peer yet, and would be mixed with ours.
    const notBeforeMs = finding.staleAnswers > 0 ? nowMs + SETTLE_MS : nowMs;
    for (const [key, found] of ours) this.#withdrawStale(key, found, nowMs);
    this.#ledger.start(
      (key) => (known.has(key) ? heldOf(ours.get(key)) : null),
      finding.acks ? 'exabgp' : 'none',
      notBeforeMs,
      nowMs,
    );
    this.#reporter.adopted([...ours.keys()].filter((key) => this.#configured.has(key)));
    if (foreign.length > 0) {
      const names = foreign
        .slice(0, NAMES_MAX)
        .map(({ prefix, neighbor }) => `${prefix}@${neighbor}`);
      const more = foreign.length > NAMES_MAX ? ' …' : '';
      const message = `ExaBGP holds ${foreign.length} routes that are not ours and are left alone: ${names.join(', ')}${more}`;
      this.#reporter.notices.notice('info', 'foreign_routes', message, nowMs);
    }
    const gone = [...this.#remembered.keys()].filter(
      (key) => !this.#configured.has(key) && !ours.has(key),
    );
    this.#remembered.drop(gone);
  }

  /** Starts the ledger without knowing anything. */
  startBlind(answers: PeerKind, nowMs: number): void {
    this.#ledger.start(() => null, answers, nowMs, nowMs);
  }

  /** A withdraw of what is not configured any more took effect: it need not be remembered. */
  confirmed(wants: readonly WantedRoute[]): void {
    const gone = wants.filter(
      ({ fingerprint, route }) => fingerprint === ABSENT && !this.#configured.has(route.key),
    );
    if (gone.length > 0) this.#remembered.drop(gone.map(({ route }) => route.key));
  }

  #withdrawStale(key: string, found: FoundRoute, nowMs: number): void {
    if (this.#configured.has(key)) return;
    this.#ledger.want(found.route, null, found.nextHop, this.#cause, nowMs);
  }

  #nextHop(key: string): string {
    return this.#configured.get(key)?.attributes.nextHop ?? 'self';
  }
}

function heldOf(found: FoundRoute | undefined): readonly string[] | null {
  return found === undefined ? [ABSENT] : found.fingerprints;
}
