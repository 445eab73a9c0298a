import type { ExabgpCommand } from './ledger-entry.ts';
import { POKES_MAX, POKE_AFTER_MS } from './limits.ts';

/**
 * What is at the other end: an ExaBGP that answers; a script that answers `done` but sends no
 * headers, so that a poke would be one more line to answer; or nothing that answers.
 */
export type PeerKind = 'exabgp' | 'script' | 'none';

/** Asked for because its reply starts with a header that no other reply has. */
const POKE = 'show neighbor summary';

/**
 * Commands that wait for their `done` or `error`, in the order they were written.
 *
 * Some bad input gets no answer at all, and then every later answer would be taken for the one
 * before it. A peer that is late is poked, and the header of the poke's reply puts that right:
 * what was written before the poke and is still here when the header comes was passed over.
 */
export class UnansweredCommands {
  readonly #ackTimeoutMs: number;
  #commands: ExabgpCommand[] = [];
  #bytes = 0;
  #peer: PeerKind = 'exabgp';
  #answeredAtMs = 0;
  #pokedAtMs = 0;

  constructor(ackTimeoutMs: number) {
    this.#ackTimeoutMs = ackTimeoutMs;
  }

  get peer(): PeerKind {
    return this.#peer;
  }

  get count(): number {
    return this.#commands.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Starts with another peer. */
  start(peer: PeerKind, nowMs: number): void {
    this.clear();
    this.#peer = peer;
    this.#answeredAtMs = nowMs;
  }

  clear(): void {
    this.#commands = [];
    this.#bytes = 0;
  }

  add(command: ExabgpCommand): void {
    if (command.kind === 'poke') this.#pokedAtMs = command.writtenAtMs;
    this.#commands.push(command);
    this.#bytes += bytesOf(command);
  }

  /** `done` or `error` came: takes the command that it answers. `null`: none waits for an answer. */
  takeAnswered(nowMs: number): ExabgpCommand | null {
    this.#answeredAtMs = nowMs;
    return this.#take(1)[0] ?? null;
  }

  /** A header came: takes the commands that were passed over. `null`: no poke asked for it. */
  takePassedOver(nowMs: number): readonly ExabgpCommand[] | null {
    this.#answeredAtMs = nowMs;
    const poke = this.#commands.findIndex(({ kind }) => kind === 'poke');
    return poke < 0 ? null : this.#take(poke);
  }

  /** Marks commands that wait longer than the acknowledgement timeout. Returns the new ones. */
  markOverdue(nowMs: number): readonly ExabgpCommand[] {
    const overdue: ExabgpCommand[] = [];
    for (const command of this.#commands) {
      if (command.writtenAtMs > nowMs - this.#ackTimeoutMs) break;
      if (command.isOverdue) continue;
      command.isOverdue = true;
      overdue.push(command);
    }
    return overdue;
  }

  /** Takes overdue commands of a peer that has not answered anything for the timeout. */
  takeGivenUp(nowMs: number): readonly ExabgpCommand[] {
    if (this.#peer === 'exabgp') {
      // It may only be slow, so a poke has to go unanswered as well.
      const quietMs = nowMs - Math.max(this.#answeredAtMs, this.#pokedAtMs);
      if (this.#pokes() === 0 || quietMs < this.#ackTimeoutMs) return [];
    }
    const inTime = this.#commands.findIndex(({ isOverdue }) => !isOverdue);
    return this.#take(inTime < 0 ? this.#commands.length : inTime);
  }

  /** A poke to write, where ExaBGP is late. */
  poke(nowMs: number): ExabgpCommand | null {
    const [oldest] = this.#commands;
    const pokes = this.#pokes();
    if (this.#peer !== 'exabgp' || oldest === undefined || pokes >= POKES_MAX) return null;
    const sinceMs = Math.max(oldest.writtenAtMs, this.#answeredAtMs, this.#pokedAtMs);
    // Each further one waits longer, because the first one is what wakes the reader.
    if (nowMs - sinceMs < POKE_AFTER_MS * 2 ** (2 * pokes)) return null;
    return { text: POKE, kind: 'poke', wants: [], writtenAtMs: nowMs, isOverdue: false };
  }

  #pokes(): number {
    return this.#commands.reduce((count, { kind }) => count + (kind === 'poke' ? 1 : 0), 0);
  }

  /** The oldest ones, as many as there are. */
  #take(count: number): readonly ExabgpCommand[] {
    const taken = this.#commands.splice(0, count);
    for (const command of taken) this.#bytes -= bytesOf(command);
    return taken;
  }
}

/** With its newline. Commands are ASCII. */
function bytesOf({ text }: ExabgpCommand): number {
  return text.length + 1;
}
