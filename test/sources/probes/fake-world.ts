import type { Observation } from '../../../src/model/observation.ts';
import type { Notice } from '../../../src/model/notice.ts';
import type { ProbeAnswer, Prober, ProbeTarget } from '../../../src/sources/probes/prober.ts';
import { Schedule } from '../../../src/sources/probes/schedule.ts';
import type { HeldSentinel, SentinelDeps } from '../../../src/sources/probes/sentinel.ts';

export const UP: ProbeAnswer = { state: 'up', reason: '' };
export const REFUSED: ProbeAnswer = { state: 'down', reason: 'refused' };

/** How one probe goes: its answer after a while, maybe of waiting for its turn, or silence until the time-out. */
export type Outcome =
  { readonly afterMs: number; readonly answer: ProbeAnswer; readonly waitMs?: number } | 'silent';

interface Start {
  readonly key: string;
  readonly atMs: number;
}

interface Pending {
  readonly atMs: number;
  readonly answer: () => void;
}

/** The calls of a fake sentinel, and the way to end its connection. */
export interface FakeSentinel {
  kept: number;
  closed: number;
  readonly confirmed: string[];
  readonly hint: () => void;
}

/**
 * A schedule in virtual time, with probes that go as the test says. Events
 * happen in the order of the event loop: first the timer, then the sockets.
 */
export class FakeWorld {
  nowMs = 0;
  /** What it takes to hear one answer. */
  answerMs = 0;
  readonly starts: Start[] = [];
  readonly observations: Observation[] = [];
  readonly notices: Notice[] = [];
  readonly sentinels = new Map<string, FakeSentinel>();
  /** Sentinels that have a connection. */
  held = 0;
  readonly closed: string[] = [];
  inFlight = 0;
  inFlightMax = 0;
  /** Targets of which two probes were in flight at once. */
  readonly doubled: string[] = [];
  readonly schedule: Schedule;
  readonly #outcome: (target: ProbeTarget, atMs: number) => Outcome;
  #alarmMs = Infinity;
  #pending: Pending[] = [];
  alarms = 0;

  constructor(outcome: (target: ProbeTarget, atMs: number) => Outcome, random = seeded(1)) {
    this.#outcome = outcome;
    this.schedule = new Schedule({
      nowMs: () => this.nowMs,
      random,
      setAlarm: (atMs) => (this.#alarmMs = atMs),
      open: this.#open,
      openSentinel: (target, deps) => this.#openSentinel(target, deps),
      emit: (observation) => this.observations.push(observation),
      notify: (notice) => this.notices.push(notice),
    });
  }

  get asleep(): boolean {
    return this.#alarmMs === Infinity;
  }

  get openAnswers(): number {
    return this.#pending.length;
  }

  /** Lets time pass, event by event. */
  run(untilMs: number): void {
    for (;;) {
      const answerMs = this.#pending[0]?.atMs ?? Infinity;
      const nextMs = Math.min(this.#alarmMs, answerMs);
      if (nextMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      this.turnOfTheLoop();
    }
    this.nowMs = untilMs;
  }

  /** Time passes, and the loop does not run: nothing happens until the next turn. */
  block(forMs: number): void {
    this.nowMs += forMs;
  }

  /** Timers that are due, one of somebody else's that takes `othersMs`, then sockets that are ready. */
  turnOfTheLoop(othersMs = 0): void {
    if (this.#alarmMs <= this.nowMs) {
      this.#alarmMs = Infinity;
      this.alarms += 1;
      this.schedule.wake();
    }
    this.nowMs += othersMs;
    const ready = this.#pending.filter(({ atMs }) => atMs <= this.nowMs);
    this.#pending = this.#pending.filter(({ atMs }) => atMs > this.nowMs);
    for (const { answer } of ready) {
      answer();
      this.nowMs += this.answerMs;
    }
  }

  startsOf(key: string): number[] {
    return this.starts.filter((start) => start.key === key).map(({ atMs }) => atMs);
  }

  statesOf(key: string): string[] {
    return this.observations.filter(({ signal }) => signal === key).map(({ state }) => state);
  }

  readonly #open: Prober = (target, answered, _notify, begun = () => {}) => {
    let current: Pending | null = null;
    let isWaiting = false;
    const end = (): void => {
      if (current === null) return;
      this.#pending = this.#pending.filter((pending) => pending !== current);
      current = null;
      this.inFlight -= 1;
    };
    return {
      start: () => {
        if (current !== null) this.doubled.push(target.key);
        this.starts.push({ key: target.key, atMs: this.nowMs });
        this.inFlight += 1;
        this.inFlightMax = Math.max(this.inFlightMax, this.inFlight);
        const outcome = this.#outcome(target, this.nowMs);
        const answer = (): void => {
          end();
          if (outcome !== 'silent') answered(outcome.answer);
        };
        const work = (): void => {
          const atMs = outcome === 'silent' ? Infinity : this.nowMs + outcome.afterMs;
          current = { atMs, answer };
          this.#insert(current);
        };
        const waitMs = outcome === 'silent' ? 0 : (outcome.waitMs ?? 0);
        isWaiting = waitMs > 0;
        if (!isWaiting) return work();
        const turn = (): void => {
          isWaiting = false;
          begun();
          work();
        };
        current = { atMs: this.nowMs + waitMs, answer: turn };
        this.#insert(current);
      },
      expire: () => {
        if (isWaiting) return null;
        end();
        return { state: 'down', reason: `timed out after ${target.check.timeoutMs}ms` };
      },
      cancel: end,
      close: () => {
        end();
        this.closed.push(target.key);
      },
    };
  };

  #insert(pending: Pending): void {
    const later = this.#pending.findIndex(({ atMs }) => atMs > pending.atMs);
    this.#pending.splice(later < 0 ? this.#pending.length : later, 0, pending);
  }

  #openSentinel(target: ProbeTarget, { hint, slots }: SentinelDeps): HeldSentinel | null {
    if (target.check.type !== 'tcp' || target.check.mode !== 'hold') return null;
    const fake: FakeSentinel = { kept: 0, closed: 0, confirmed: [], hint };
    this.sentinels.set(target.key, fake);
    let isHeld = false;
    const close = (): void => {
      fake.closed += 1;
      if (!isHeld) return;
      isHeld = false;
      this.held -= 1;
      slots.free();
    };
    return {
      keep: () => {
        fake.kept += 1;
        if (isHeld || !slots.take()) return;
        isHeld = true;
        this.held += 1;
      },
      confirmed: (state) => fake.confirmed.push(state),
      down: close,
      close,
    };
  }
}

/** Random numbers that are the same in each run (a linear congruential generator). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Every probe succeeds within a millisecond. */
export function healthy(): Outcome {
  return { afterMs: 0.5, answer: UP };
}
