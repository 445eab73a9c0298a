import { Streak } from '../../model/streak.ts';
import { ListNode } from '../../platform/linked-list.ts';
import { WheelTimer } from '../../platform/timer-wheel.ts';
import type { Domain } from './domains.ts';
import type { Probe, ProbeTarget } from './prober.ts';
import type { HeldSentinel } from './sentinel.ts';

/** Why a target is probed, most urgent first. */
export type Urgency = 'confirm' | 'sweep' | 'due';

/** One target at run time: all that is kept of it between its probes. */
export class ScheduledTarget {
  spec: ProbeTarget;
  readonly streak: Streak;
  /** Its turn of the interval. */
  readonly phaseMs: number;
  domains: readonly Domain<ScheduledTarget>[] = [];
  /** Both are set once, by the schedule that owns this target. */
  probe: Probe | null = null;
  sentinel: HeldSentinel | null = null;

  readonly timer: WheelTimer<ScheduledTarget> = new WheelTimer<ScheduledTarget>(this);
  readonly queued: ListNode<ScheduledTarget> = new ListNode<ScheduledTarget>(this);
  readonly inFlightNode: ListNode<ScheduledTarget> = new ListNode<ScheduledTarget>(this);
  urgency: Urgency = 'due';
  /** Descriptors of the probe in flight. */
  descriptors = 0;
  /** When the last probe began, by the real clock and by the loop's. */
  startedAtMs = -Infinity;
  startedLoopMs = -Infinity;
  /** When its address has a turn for it; `null` while it has taken none. */
  pacedAtMs: number | null = null;
  /** Failures in a row that the confirmation under way still needs; 0: none is under way. */
  confirmsLeft = 0;
  /** The confirmation answers a hint of the sentinel. */
  wasHinted = false;
  /** A sweep came while a probe was in flight, whose success would not answer it. */
  hasSweepAfter = false;

  constructor(spec: ProbeTarget, phaseMs: number) {
    this.spec = spec;
    this.phaseMs = phaseMs;
    this.streak = new Streak(spec.check.settle);
  }

  get isInFlight(): boolean {
    return this.inFlightNode.list !== null;
  }
}
