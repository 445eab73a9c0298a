import { probeDescriptors, type DescriptorBudget } from '../../model/descriptors.ts';
import { LinkedList } from '../../platform/linked-list.ts';
import type { ScheduledTarget } from './scheduled-target.ts';

/**
 * Probes younger than `YOUNG_MS` that may be in flight together. Measured: 512
 * instead of 128 held the first result of a mass failure back from 14 to 38 ms.
 * Older ones wait for a server that does not answer and cost nothing meanwhile, so
 * they do not count: 500 such servers must not be probed in four rounds.
 */
export const YOUNG_MAX = 128;
export const YOUNG_MS = 5;
/** Sweeping and confirming probes in flight, of any age; the scheduled ones are one a target. */
export const EXTRA_MAX = 1024;
/** … and of few descriptors, so that the scheduled ones go on. */
const EXTRA_SHARE = 3 / 4;

/** The probes in flight: their deadlines, and how many more may begin. */
export class ProbesInFlight {
  /** Ordered by their deadline, because all of one time-out are in order of their start. */
  readonly #byTimeoutMs = new Map<number, LinkedList<ScheduledTarget>>();
  readonly #young = new YoungCount();
  #extra = 0;
  #descriptors = 0;
  #descriptorsMax = Infinity;
  #keepsUdp = true;

  /** More than that may be in flight still. */
  limit({ inFlight, keepsUdp }: DescriptorBudget): void {
    this.#descriptorsMax = inFlight;
    this.#keepsUdp = keepsUdp;
  }

  begin(target: ScheduledTarget, loopMs: number): void {
    const { timeoutMs } = target.spec.check;
    let inFlight = this.#byTimeoutMs.get(timeoutMs);
    if (inFlight === undefined) this.#byTimeoutMs.set(timeoutMs, (inFlight = new LinkedList()));
    inFlight.push(target.inFlightNode);
    target.startedLoopMs = loopMs;
    this.#young.begin(loopMs);
    target.descriptors = this.#descriptorsOf(target);
    this.#descriptors += target.descriptors;
    if (target.urgency !== 'due') this.#extra += 1;
  }

  end(target: ScheduledTarget, loopMs: number): void {
    target.inFlightNode.unlink();
    this.#young.end(target.startedLoopMs, loopMs);
    this.#descriptors -= target.descriptors;
    if (target.urgency !== 'due') this.#extra -= 1;
  }

  /** Some target whose time is over. */
  expired(loopMs: number): ScheduledTarget | null {
    for (const [timeoutMs, { first }] of this.#byTimeoutMs) {
      if (first !== null && first.value.startedLoopMs + timeoutMs <= loopMs) return first.value;
    }
    return null;
  }

  nextDeadlineMs(): number {
    let nextMs = Infinity;
    for (const [timeoutMs, { first }] of this.#byTimeoutMs) {
      if (first !== null) nextMs = Math.min(nextMs, first.value.startedLoopMs + timeoutMs);
    }
    return nextMs;
  }

  mayBegin(loopMs: number): boolean {
    return this.#young.count(loopMs) < YOUNG_MAX;
  }

  mayBeginExtra(): boolean {
    return this.#extra < Math.min(EXTRA_MAX, Math.ceil(this.#descriptorsMax * EXTRA_SHARE));
  }

  /** Whether its probe finds a descriptor; if not, one that ends makes room. */
  hasRoom(target: ScheduledTarget): boolean {
    return this.#descriptors + this.#descriptorsOf(target) <= this.#descriptorsMax;
  }

  #descriptorsOf({ spec: { check } }: ScheduledTarget): number {
    return this.#keepsUdp && check.type === 'udp' ? 0 : probeDescriptors(check);
  }
}

/** Counts probes by the millisecond they began in, for the last `YOUNG_MS` only. */
class YoungCount {
  readonly #begun = new Int32Array(YOUNG_MS);
  #atMs = 0;
  #count = 0;

  begin(loopMs: number): void {
    this.#forget(loopMs);
    this.#add(this.#atMs, 1);
  }

  end(startedLoopMs: number, loopMs: number): void {
    this.#forget(loopMs);
    const startedMs = Math.floor(startedLoopMs);
    if (startedMs > this.#atMs - YOUNG_MS) this.#add(startedMs, -1);
  }

  count(loopMs: number): number {
    this.#forget(loopMs);
    return this.#count;
  }

  #add(atMs: number, change: number): void {
    const slot = atMs % YOUNG_MS;
    this.#begun[slot] = (this.#begun[slot] ?? 0) + change;
    this.#count += change;
  }

  #forget(loopMs: number): void {
    const nowMs = Math.floor(loopMs);
    const fromMs = Math.max(this.#atMs + 1, nowMs - YOUNG_MS + 1);
    for (let ms = fromMs; ms <= nowMs; ms += 1) this.#add(ms, -(this.#begun[ms % YOUNG_MS] ?? 0));
    this.#atMs = Math.max(this.#atMs, nowMs);
  }
}
