import type { RouteAttributes, RouteIdentity } from '../../model/route.ts';
import type { Cause } from '../../model/turn.ts';
import type { SentAttributes, SentRoute } from '../../protocol/exabgp/reply.ts';
import type { ExabgpCommand, WantedRoute } from './ledger-entry.ts';
import { IN_FLIGHT_MAX_BYTES } from './limits.ts';
import type { Neighbors } from './neighbors.ts';
import { type Outcome, Outcomes } from './outcomes.ts';
import { OutstandingChanges } from './outstanding.ts';
import { type Room, planCommands } from './plan-commands.ts';
import { type PeerKind, UnansweredCommands } from './unanswered-commands.ts';
import { type HeldFingerprints, WantedRoutes } from './wanted-routes.ts';

export interface LedgerOptions {
  readonly ackTimeoutMs: number;
  readonly window: number;
  /** Whether changes of one route are spaced in time where no event shows that they took effect. */
  readonly mustSettle: boolean;
}

/**
 * What is wanted at ExaBGP, what it holds, and the one outstanding change of each route. Pure:
 * time comes in as `nowMs`, commands and outcomes go out. Its user writes what `plan` returns,
 * calls `written`, and only then reports what `takeOutcomes` returns.
 *
 * ExaBGP flushes pending changes grouped by their attributes, not in their order,
 * so a second change of a route is held back until the first is at the peer.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #neighbors: Neighbors;
  readonly #outcomes = new Outcomes();
  readonly #wanted = new WantedRoutes(this.#outcomes);
  readonly #outstanding: OutstandingChanges;
  readonly #unanswered: UnansweredCommands;
  #isSuspect = false;

  constructor(options: LedgerOptions, neighbors: Neighbors) {
    this.#options = options;
    this.#neighbors = neighbors;
    this.#outstanding = new OutstandingChanges(neighbors, options.mustSettle, this.#outcomes);
    this.#unanswered = new UnansweredCommands(options.ackTimeoutMs);
  }

  /** Whether anything is outstanding or waits for its time: `tick` is needed. */
  get isBusy(): boolean {
    return this.#outstanding.size > 0 || this.#wanted.isWaiting || this.#unanswered.count > 0;
  }

  /**
   * Whether a command was passed over or its answer lost: the answers before and after it may
   * have been taken for each other's, so ExaBGP has to be asked what it holds.
   */
  get isSuspect(): boolean {
    return this.#isSuspect;
  }

  /** Whether everything wanted is confirmed. */
  get isComplete(): boolean {
    return this.#wanted.isComplete;
  }

  /** Routes whose wanted state is not confirmed. */
  get pending(): number {
    return this.#wanted.pending;
  }

  has(key: string): boolean {
    return this.#wanted.has(key);
  }

  /** Nothing is planned until `start`: ExaBGP is being inspected. */
  pause(nowMs: number): void {
    this.#outstanding.abandon(nowMs);
    this.#unanswered.clear();
    this.#wanted.pause();
  }

  /** Takes `held` as what ExaBGP holds of our routes and goes on. */
  start(held: HeldFingerprints, peer: PeerKind, notBeforeMs: number, nowMs: number): void {
    this.#isSuspect = false;
    this.#unanswered.start(peer, nowMs);
    this.#wanted.start(held, notBeforeMs, nowMs);
  }

  /** Starts without knowing what the peer holds. */
  startUnknown(peer: PeerKind, nowMs: number): void {
    this.start(() => null, peer, nowMs, nowMs);
  }

  /** Sets what is wanted of one route. `attributes` `null`: not announced. */
  want(
    route: RouteIdentity,
    attributes: RouteAttributes | null,
    nextHop: string,
    cause: Cause,
    nowMs: number,
  ): void {
    this.#wanted.want(route, attributes, nextHop, cause, nowMs);
  }

  /** Nothing is decided about this route any more: what ExaBGP holds of it stays. */
  forget(key: string): void {
    this.#wanted.forget(key);
  }

  /**
   * The commands to write now: withdraws first, then announces, then a poke where ExaBGP is late.
   * They count as written only by `written`; until then the next plan has them again.
   */
  plan(nowMs: number): readonly ExabgpCommand[] {
    if (this.#wanted.isPaused) return [];
    this.#wanted.makeDueReady(nowMs);
    const planned: ExabgpCommand[] = [];
    const room = this.#room();
    for (const kind of ['withdraw', 'announce'] as const) {
      if (room.commands <= 0) break;
      const ready = this.#wanted.ready(kind);
      const refusal = (want: WantedRoute): string | null => this.#neighbors.refusal(want);
      const { commands, refused } = planCommands(kind, ready, room, refusal, nowMs);
      for (const { want, reason } of refused) {
        this.#wanted.fail(want, nowMs);
        this.#outcomes.add({ result: 'rejected', text: '', wants: [want], reason });
      }
      planned.push(...commands);
      // No announce overtakes a withdraw.
      if (commands.reduce((count, { wants }) => count + wants.length, 0) < ready.size) break;
    }
    const poke = this.#unanswered.poke(nowMs);
    return poke === null ? planned : [...planned, poke];
  }

  /** These planned commands were handed to the transport: their changes are outstanding now. */
  written(commands: readonly ExabgpCommand[], nowMs: number): void {
    if (this.#wanted.isPaused)
      throw new Error('bug: commands were written while ExaBGP is being inspected');
    for (const command of commands) {
      const { text, wants } = command;
      for (const want of wants) {
        this.#wanted.dequeue(want.entry);
        this.#outstanding.start(want, command);
      }
      if (wants.length > 0) this.#outcomes.add({ result: 'sent', text, wants, reason: '' });
      if (this.#unanswered.peer === 'none') this.#acknowledge(command, nowMs);
      else this.#unanswered.add(command);
    }
  }

  /** What became of changes since the last call, in order. */
  takeOutcomes(): readonly Outcome[] {
    return this.#outcomes.take();
  }

  /** `done` came. `false`: no command waits for an answer. */
  done(nowMs: number): boolean {
    const command = this.#unanswered.takeAnswered(nowMs);
    if (command === null) return false;
    this.#acknowledge(command, nowMs);
    return true;
  }

  /** `error` came: the change is tried again later, alone. `false`: no command waits for an answer. */
  error(nowMs: number): boolean {
    const command = this.#unanswered.takeAnswered(nowMs);
    if (command === null) return false;
    this.#failCommand(command, 'rejected', nowMs);
    return true;
  }

  /** A summary header came: what was written before its poke and not answered was passed over. */
  header(nowMs: number): boolean {
    const passed = this.#unanswered.takePassedOver(nowMs);
    for (const command of passed ?? []) this.#failCommand(command, 'unanswered', nowMs);
    return passed !== null;
  }

  /** An UPDATE went to a neighbor. */
  updateSent(
    neighbor: string,
    routes: readonly SentRoute[],
    attributes: SentAttributes | null,
    nowMs: number,
  ): void {
    for (const route of routes)
      for (const entry of this.#wanted.ofPrefix(route.prefix))
        if (this.#outstanding.updateSent(entry, neighbor, route, attributes))
          this.#wanted.enqueue(entry, nowMs);
  }

  neighborDown(address: string): void {
    this.#outstanding.neighborDown(address);
  }

  /** Carries out all deadlines. */
  tick(nowMs: number): void {
    for (const entry of this.#outstanding.expire(nowMs)) this.#wanted.enqueue(entry, nowMs);
    for (const { text, wants } of this.#unanswered.markOverdue(nowMs))
      if (wants.length > 0) this.#outcomes.add({ result: 'unanswered', text, wants, reason: '' });
    for (const command of this.#unanswered.takeGivenUp(nowMs))
      this.#failCommand(command, 'unanswered', nowMs);
  }

  /** ExaBGP took the command; one that never answers is assumed to. */
  #acknowledge({ wants }: ExabgpCommand, nowMs: number): void {
    const isAnswered = this.#unanswered.peer !== 'none';
    for (const want of wants)
      if (this.#outstanding.acknowledge(want, isAnswered, nowMs))
        this.#wanted.enqueue(want.entry, nowMs);
  }

  #failCommand(command: ExabgpCommand, result: 'rejected' | 'unanswered', nowMs: number): void {
    const { text, wants, kind, isOverdue } = command;
    if (kind === 'poke') return;
    if (result === 'unanswered') this.#isSuspect = true;
    for (const want of wants) {
      this.#outstanding.end(want);
      this.#wanted.fail(want, nowMs);
    }
    // An overdue command was reported when it became overdue.
    if (result === 'rejected' || !isOverdue)
      this.#outcomes.add({ result, text, wants, reason: '' });
  }

  #room(): Room {
    return {
      commands: this.#options.window - this.#unanswered.count,
      bytes: IN_FLIGHT_MAX_BYTES - this.#unanswered.bytes,
    };
  }
}
