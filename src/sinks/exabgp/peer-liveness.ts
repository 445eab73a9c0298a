import type { WrittenLine } from './entry.ts';
import { POKES_MAX, POKE_AFTER_MS } from './limits.ts';
import type { WrittenLines } from './written-lines.ts';

/**
 * Who answers: an ExaBGP; something that says `done` but prints no headers, to
 * whom a poke would be one more line to say `done` to; or nobody.
 */
export type PeerKind = 'exabgp' | 'script' | 'none';

/** Asked for because its reply starts with a header that nothing else prints. */
const POKE = 'show neighbor summary';

/** For how long the other end has said nothing: it is poked, and in the end its answers are given up. */
export class PeerLiveness {
  readonly #written: WrittenLines;
  readonly #ackTimeoutMs: number;
  #answers: PeerKind = 'exabgp';
  #heardAtMs = 0;
  #pokedAtMs = 0;

  constructor(written: WrittenLines, ackTimeoutMs: number) {
    this.#written = written;
    this.#ackTimeoutMs = ackTimeoutMs;
  }

  get answers(): PeerKind {
    return this.#answers;
  }

  /** Another talk begins. */
  start(answers: PeerKind, nowMs: number): void {
    this.#answers = answers;
    this.#heardAtMs = nowMs;
  }

  /** An answer came. */
  heard(nowMs: number): void {
    this.#heardAtMs = nowMs;
  }

  /** Takes lines that nobody will answer any more: nothing at all came for so long. */
  *givenUp(nowMs: number): Generator<WrittenLine> {
    if (this.#answers === 'exabgp') {
      // It may only be slow: not before a poke went unanswered, too.
      const silentMs = nowMs - Math.max(this.#heardAtMs, this.#pokedAtMs);
      if (this.#written.pokes === 0 || silentMs < this.#ackTimeoutMs) return;
    }
    for (let line = this.#written.head; line?.isOverdue === true; line = this.#written.head) {
      this.#written.take();
      yield line;
    }
  }

  /** A line, already noted as written, where ExaBGP has to be woken. */
  poke(nowMs: number): readonly string[] {
    const { head, pokes } = this.#written;
    if (this.#answers !== 'exabgp' || head === null || pokes >= POKES_MAX) return [];
    const sinceMs = Math.max(head.sentAtMs, this.#heardAtMs, this.#pokedAtMs);
    // Each further one waits longer: the first one is what gets the reader moving.
    if (nowMs - sinceMs < POKE_AFTER_MS * 2 ** (2 * pokes)) return [];
    this.#pokedAtMs = nowMs;
    this.#written.add({ text: POKE, kind: 'poke', wants: [], sentAtMs: nowMs, isOverdue: false });
    return [POKE];
  }
}
