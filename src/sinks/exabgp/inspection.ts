import type { ExabgpReply, RibRoute } from '../../protocol/exabgp/reply.ts';
import {
  type NeighborConfig,
  NeighborConfigReader,
} from '../../protocol/exabgp/neighbor-config.ts';
import { ADOPT_MAX_ROUTES, BARRIER_QUIET_MS } from './limits.ts';
import type { PeerKind } from './unanswered-commands.ts';

/** An ExaBGP that answered, and what it holds. */
export interface InspectedExabgp {
  readonly kind: 'exabgp';
  readonly version: string | null;
  /** Whether commands are answered by `done` at all (`exabgp.api.ack`). */
  readonly hasAcks: boolean;
  /** Answers to a helper before us: ExaBGP may still be carrying out its commands. */
  readonly staleAnswers: number;
  readonly established: readonly string[];
  readonly configs: readonly NeighborConfig[];
  readonly routes: readonly RibRoute[];
}

/** What is at the other end; only an ExaBGP has routes to adopt. */
export type InspectionResult = InspectedExabgp | { readonly kind: Exclude<PeerKind, 'exabgp'> };

/**
 * The leading newline ends a line that a dead helper left unfinished; without it that line would
 * continue with ours. The header of the summary marks where answers to us begin.
 */
const BARRIER = '\nshow neighbor summary\n';

/** Ends with a summary, because its header marks the end of the routes even where `done` is switched off. */
const QUESTIONS =
  'version\nshow neighbor configuration\nshow adj-rib out extensive\nshow neighbor summary\n';

/** Asks ExaBGP for its version, its neighbors and its routes. Pure: text goes out, replies come in. */
export class Inspection {
  readonly #ackTimeoutMs: number;
  readonly #configs = new NeighborConfigReader();
  readonly #routes: RibRoute[] = [];
  readonly #established = new Set<string>();
  #phase: 'barrier' | 'questions' | 'end' = 'barrier';
  #version: string | null = null;
  #dones = 0;
  #staleAnswers = 0;
  #hasStaleDone = false;
  #repliedAtMs: number;

  constructor(ackTimeoutMs: number, nowMs: number) {
    this.#ackTimeoutMs = ackTimeoutMs;
    this.#repliedAtMs = nowMs;
  }

  /** What to write first. */
  get question(): string {
    return BARRIER;
  }

  /** Takes a reply. Returns what to write next, or the result once it is complete. */
  take(reply: ExabgpReply, nowMs: number): string | InspectionResult | null {
    this.#repliedAtMs = nowMs;
    switch (this.#phase) {
      case 'barrier':
        return this.#atBarrier(reply);
      case 'questions':
        return this.#answer(reply);
      case 'end':
        if (reply.kind === 'summary-row') this.#established.add(reply.neighbor);
        return reply.kind === 'done' ? this.#found() : null;
      default:
        return this.#phase satisfies never;
    }
  }

  /** Whether a line of text belongs to an answer. */
  isAnswerText(text: string): boolean {
    return this.#phase === 'questions' && this.#configs.read(text);
  }

  /** Returns the result if waiting for answers is over. */
  tick(nowMs: number): InspectionResult | null {
    const quietMs = nowMs - this.#repliedAtMs;
    if (this.#phase === 'barrier') {
      if (this.#hasStaleDone && quietMs >= BARRIER_QUIET_MS) return { kind: 'script' };
      if (quietMs < this.#ackTimeoutMs) return null;
      return { kind: this.#staleAnswers > 0 ? 'script' : 'none' };
    }
    // At the end only a `done` is missing.
    const limitMs =
      this.#phase === 'end' && this.#dones === 0 ? BARRIER_QUIET_MS : this.#ackTimeoutMs;
    return quietMs < limitMs ? null : this.#found();
  }

  #atBarrier(reply: ExabgpReply): string | null {
    if (reply.kind === 'summary-header') {
      this.#phase = 'questions';
      return QUESTIONS;
    }
    if (reply.kind === 'done') this.#hasStaleDone = true;
    if (reply.kind === 'done' || reply.kind === 'error') this.#staleAnswers += 1;
    return null;
  }

  #answer(reply: ExabgpReply): null {
    if (reply.kind === 'version') this.#version = reply.version;
    else if (reply.kind === 'done') this.#dones += 1;
    else if (reply.kind === 'summary-header') this.#phase = 'end';
    else if (reply.kind === 'route' && this.#routes.length < ADOPT_MAX_ROUTES)
      this.#routes.push(reply.route);
    return null;
  }

  #found(): InspectionResult {
    return {
      kind: 'exabgp',
      version: this.#version,
      hasAcks: this.#dones > 0,
      // The newline itself is answered by one `error`.
      staleAnswers: Math.max(0, this.#staleAnswers - 1),
      established: [...this.#established],
      configs: this.#configs.neighbors,
      routes: this.#routes,
    };
  }
}
