import type { DescriptorBudget } from '../../model/descriptors.ts';
import type { Observation } from '../../model/observation.ts';
import type { Notice } from '../../model/notice.ts';
import { LoopClock } from '../../platform/loop-clock.ts';
import { TimerWheel } from '../../platform/timer-wheel.ts';
import { ProbesInFlight, YOUNG_MS } from './in-flight.ts';
import { IcmpPacer } from './icmp-pacer.ts';
import { firstProbesMs, nextPhaseMs, shuffledPlaces } from './phases.ts';
import { timedOut, type ProbeAnswer, type Prober, type ProbeTarget } from './prober.ts';
import { ProbeQueues } from './probe-queues.ts';
import { Reactions } from './reactions.ts';
import { SentinelSlots } from './sentinel-slots.ts';
import type { HeldSentinel, SentinelDeps } from './sentinel.ts';
import { ScheduledTarget } from './scheduled-target.ts';

/** What a schedule depends on; a test gives it fakes. */
export interface ScheduleDeps {
  readonly nowMs: () => number;
  readonly random: () => number;
  /** Asks for one call of `wake` at `atMs`, instead of the one asked for before; `Infinity`: none. */
  readonly setAlarm: (atMs: number) => void;
  readonly open: Prober;
  /** `null` where the check has no sentinel. */
  readonly openSentinel: (target: ProbeTarget, deps: SentinelDeps) => HeldSentinel | null;
  readonly emit: (observation: Observation) => void;
  readonly notify: (notice: Notice) => void;
}

/**
 * Decides when each target is probed. A target is always in one of three
 * places: waiting in the wheel, queued, or in flight. It does no input or
 * output of its own.
 */
export class Schedule {
  readonly #deps: ScheduleDeps;
  readonly #clock: LoopClock;
  readonly #wheel: TimerWheel<ScheduledTarget>;
  readonly #inFlight = new ProbesInFlight();
  readonly #queues = new ProbeQueues();
  readonly #reactions = new Reactions(this.#queues);
  readonly #sentinelSlots = new SentinelSlots();
  readonly #pacer = new IcmpPacer();
  readonly #targets = new Map<string, ScheduledTarget>();
  #keepsUdp = true;
  #wakeAtMs = Infinity;
  /** The loop stalled, and answers that waited in the sockets meanwhile are still coming in. */
  #isCatchingUp = false;
  /** All answers until then were read; by the clock that stands still in stalls. */
  #readLoopMs = 0;

  constructor(deps: ScheduleDeps) {
    this.#deps = deps;
    this.#clock = new LoopClock(deps.nowMs);
    this.#wheel = new TimerWheel(deps.nowMs());
  }

  get(key: string): ProbeTarget | undefined {
    return this.#targets.get(key)?.spec;
  }

  keys(): string[] {
    return [...this.#targets.keys()];
  }

  /** What may be open from now on. */
  limit(budget: DescriptorBudget): void {
    this.#inFlight.limit(budget);
    this.#sentinelSlots.limit(budget.sentinels);
    this.#keepsUdp = budget.keepsUdp;
    for (const target of this.#targets.values()) {
      if (!this.#keepsUdp && !target.isInFlight) closeUdp(target);
      if (this.#sentinelSlots.isOverfull) target.sentinel?.close();
    }
  }

  /** Begins to probe new targets: the first probes soon, then each at a phase of its own. */
  add(specs: readonly ProbeTarget[]): void {
    const nowMs = this.#deps.nowMs();
    this.#pacer.prune(nowMs);
    const places = shuffledPlaces(specs.length, this.#deps.random);
    for (const [index, spec] of specs.entries()) {
      const place = places[index];
      if (place === undefined) throw new Error('bug: a target without a place');
      const { intervalMs } = spec.check;
      const target = new ScheduledTarget(spec, nowMs + place * intervalMs);
      target.probe = this.#deps.open(
        spec,
        (answer) => this.#answered(target, answer),
        this.#deps.notify,
        () => this.#beginAgain(target),
      );
      target.sentinel = this.#deps.openSentinel(spec, {
        nowMs: this.#deps.nowMs,
        notify: this.#deps.notify,
        hint: () => this.#hint(target),
        slots: this.#sentinelSlots,
      });
      this.#reactions.join(target);
      this.#targets.set(spec.key, target);
      this.#wheel.schedule(target.timer, nowMs + place * firstProbesMs(specs.length, intervalMs));
    }
    this.#wakeBy(this.#wheel.nextMs());
  }

  /** Takes a target's new place among the fault domains; its probes, phase and sentinel go on. */
  move(spec: ProbeTarget): void {
    const target = this.#targets.get(spec.key);
    if (target !== undefined) this.#reactions.move(target, spec);
  }

  remove(key: string): void {
    const target = this.#targets.get(key);
    if (target === undefined) return;
    this.#targets.delete(key);
    this.#abandon(target);
    target.probe?.close();
    target.sentinel?.close();
    this.#reactions.leave(target);
  }

  /** Closes every socket and timer. */
  close(): void {
    for (const key of this.keys()) this.remove(key);
    this.#wakeAtMs = Infinity;
    this.#clock.expect(Infinity);
    this.#deps.setAlarm(Infinity);
  }

  /** To be called when the alarm rings. */
  wake(): void {
    this.#wakeAtMs = Infinity;
    const hasStalled = this.#clock.takeStalled();
    const loopMs = this.#clock.now();
    this.#isCatchingUp = hasStalled;
    this.#clock.expect(Infinity);
    this.#wheel.advance(this.#deps.nowMs(), (target) => this.#turn(target));
    // After a stall the sockets report first: what came in time is no time-out.
    this.#expire(hasStalled ? this.#readLoopMs : loopMs);
    this.#readLoopMs = loopMs;
    this.#pump();
    this.#wakeBy(hasStalled ? this.#deps.nowMs() : this.#wheel.nextMs());
    this.#wakeBy(this.#clock.toReal(this.#inFlight.nextDeadlineMs()));
  }

  #wakeBy(atMs: number): void {
    if (atMs >= this.#wakeAtMs) return;
    this.#wakeAtMs = atMs;
    // What is overdue already wakes us now, and not in the past: that would look like a stall.
    this.#clock.expect(Math.max(atMs, this.#deps.nowMs()));
    this.#deps.setAlarm(atMs);
  }

  #turn(target: ScheduledTarget): void {
    // Its sweep may wait long behind servers that do not answer; its own turn does not.
    const isWaiting = target.queued.list === null || target.urgency === 'sweep';
    if (isWaiting && !target.isInFlight) this.#queues.push(target, 'due');
  }

  /** Starts what is queued, the most urgent first, as far as the limits allow. */
  #pump(): void {
    for (let next = this.#next(); next !== null; next = this.#next()) {
      const loopMs = this.#clock.now();
      // One that ends makes room, and comes back here.
      if (!this.#inFlight.hasRoom(next)) return;
      if (this.#mustWait(next)) continue;
      if (!this.#inFlight.mayBegin(loopMs)) {
        this.#wakeBy(this.#deps.nowMs() + YOUNG_MS);
        return;
      }
      next.queued.unlink();
      this.#wheel.cancel(next.timer);
      this.#begin(next, loopMs);
      next.probe?.start();
    }
  }

  /** Not its address's turn yet: it leaves its queue, and comes back when it is. */
  #mustWait(target: ScheduledTarget): boolean {
    const nowMs = this.#deps.nowMs();
    target.pacedAtMs ??= this.#pacer.take(target.spec, nowMs);
    if (target.pacedAtMs <= nowMs) return false;
    target.queued.unlink();
    this.#wheel.schedule(target.timer, target.pacedAtMs);
    this.#wakeBy(target.timer.dueMs);
    return true;
  }

  #begin(target: ScheduledTarget, loopMs: number): void {
    target.pacedAtMs = null;
    target.startedAtMs = this.#deps.nowMs();
    this.#inFlight.begin(target, loopMs);
    this.#wakeBy(this.#clock.toReal(loopMs + target.spec.check.timeoutMs));
  }

  /** It had to wait for its turn, which is not held against it. */
  #beginAgain(target: ScheduledTarget): void {
    if (!target.isInFlight) return;
    const loopMs = this.#clock.now();
    this.#inFlight.end(target, loopMs);
    this.#begin(target, loopMs);
  }

  #next(): ScheduledTarget | null {
    return this.#queues.next(this.#inFlight.mayBeginExtra());
  }

  #expire(loopMs: number): void {
    let target = this.#inFlight.expired(loopMs);
    while (target !== null) {
      const answer = target.probe?.expire() ?? null;
      if (answer === null) this.#beginAgain(target);
      else this.#finish(target, answer);
      target = this.#inFlight.expired(loopMs);
    }
  }

  #answered(target: ScheduledTarget, answer: ProbeAnswer): void {
    if (!target.isInFlight) return;
    const { timeoutMs } = target.spec.check;
    const isOld = this.#clock.now() - target.startedLoopMs > timeoutMs;
    // Reading all answers that waited takes time, too, which is not the servers' delay.
    const isLate = isOld && !this.#isCatchingUp && !this.#clock.hasStalled;
    this.#finish(target, isLate && answer.state === 'up' ? timedOut(timeoutMs) : answer);
    this.#pump();
  }

  #finish(target: ScheduledTarget, answer: ProbeAnswer): void {
    const atMs = this.#deps.nowMs();
    this.#inFlight.end(target, this.#clock.now());
    const wasHinted = target.wasHinted;
    this.#reactions.answered(target, answer, atMs);
    if (answer.state === 'lost') this.#reportLost(target, answer);
    if (!this.#keepsUdp) closeUdp(target);
    // A server that is stopping may end its connections before it ends its listening.
    const isAgain = answer.state === 'up' && wasHinted;
    this.#waitForTurn(target, isAgain || this.#isUnsettled(target, answer), atMs);
    // Last, when all is consistent: a subscriber may close everything from here.
    this.#deps.emit(observationOf(target, answer, atMs));
  }

  #reportLost({ spec }: ScheduledTarget, { reason }: ProbeAnswer): void {
    this.#deps.notify({
      level: 'error',
      event: 'probe_impossible',
      message: `${spec.key} cannot be probed: ${reason}`,
    });
  }

  #isUnsettled(target: ScheduledTarget, answer: ProbeAnswer): boolean {
    return target.streak.missing > 0 && answer.state !== 'lost';
  }

  #waitForTurn(target: ScheduledTarget, isSoon: boolean, atMs: number): void {
    const { intervalMs, fastIntervalMs } = target.spec.check;
    const { phaseMs, startedAtMs } = target;
    const turnMs = nextPhaseMs(phaseMs, intervalMs, startedAtMs, atMs);
    const dueMs = isSoon ? Math.min(turnMs, startedAtMs + fastIntervalMs) : turnMs;
    this.#wheel.schedule(target.timer, dueMs);
    this.#wakeBy(target.timer.dueMs);
  }

  /** The sentinel's connection ended: only probes that begin from now on show why. */
  #hint(target: ScheduledTarget): void {
    this.#abandon(target);
    this.#reactions.hint(target);
    this.#pump();
  }

  /** Takes a target out of wheel, queue and flight. */
  #abandon(target: ScheduledTarget): void {
    this.#wheel.cancel(target.timer);
    target.queued.unlink();
    target.hasSweepAfter = false;
    if (!target.isInFlight) return;
    this.#inFlight.end(target, this.#clock.now());
    target.probe?.cancel();
  }
}

/** Closes the socket that a UDP check keeps between its probes. */
function closeUdp({ spec, probe }: ScheduledTarget): void {
  if (spec.check.type === 'udp') probe?.close();
}

/** One shape for nearly all of them: rare fields are only there where the server sent them. */
function observationOf(
  { spec, startedAtMs }: ScheduledTarget,
  { state, reason, weightPercent, detail }: ProbeAnswer,
  atMs: number,
): Observation {
  const observation = { signal: spec.key, state, reason, atMs, latencyMs: atMs - startedAtMs };
  if (weightPercent === undefined && detail === undefined) return observation;
  return {
    ...observation,
    ...(weightPercent === undefined ? {} : { weightPercent }),
    ...(detail === undefined ? {} : { detail }),
  };
}
