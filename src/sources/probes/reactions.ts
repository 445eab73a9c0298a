import { Domains, isHot, noteFailure, type Domain } from './domains.ts';
import type { ProbeAnswer, ProbeTarget } from './prober.ts';
import type { ProbeQueues } from './probe-queues.ts';
import type { ScheduledTarget } from './scheduled-target.ts';

/** Acts on an answer at once: confirms a failure, probes the neighbours, opens or closes a sentinel. */
export class Reactions {
  readonly #domains = new Domains<ScheduledTarget>();
  readonly #queues: ProbeQueues;

  constructor(queues: ProbeQueues) {
    this.#queues = queues;
  }

  join(target: ScheduledTarget): void {
    target.domains = this.#domains.join(target, target.spec);
  }

  /** Takes a target's new place among the fault domains. */
  move(target: ScheduledTarget, spec: ProbeTarget): void {
    const hasMoved = target.spec.domain !== spec.domain;
    target.spec = spec;
    if (!hasMoved) return;
    this.leave(target);
    this.join(target);
  }

  leave(target: ScheduledTarget): void {
    this.#domains.leave(target, target.domains);
  }

  /** After a probe of a target that is in no queue and not in flight. */
  answered(target: ScheduledTarget, { state }: ProbeAnswer, atMs: number): void {
    switch (state) {
      case 'up':
        this.#succeeded(target);
        break;
      case 'down':
        this.#failed(target, atMs);
        break;
      case 'lost':
        target.hasSweepAfter = false;
        target.confirmsLeft = 0;
        target.wasHinted = false;
        break;
      default:
        state satisfies never;
    }
  }

  /** The end of a sentinel's connection: `fall` failures in a row, or one success. */
  hint(target: ScheduledTarget): void {
    target.wasHinted = true;
    target.confirmsLeft = target.spec.check.settle.fall;
    this.#queues.push(target, 'confirm');
  }

  #succeeded(target: ScheduledTarget): void {
    const wasScheduled = target.urgency === 'due';
    target.streak.note('up');
    this.#endConfirmation(target, 'up');
    if (target.hasSweepAfter) this.#queues.push(target, 'sweep');
    target.hasSweepAfter = false;
    if (wasScheduled) target.sentinel?.keep();
  }

  #failed(target: ScheduledTarget, atMs: number): void {
    // Only the failure of a server that was up says something about its neighbours.
    const wasUp = target.streak.settled === 'up';
    target.streak.note('down');
    target.hasSweepAfter = false;
    if (target.streak.settled === 'down') target.sentinel?.down();
    if (wasUp) for (const domain of target.domains) this.#noteFailure(domain, target, atMs);
    if (target.confirmsLeft > 0) {
      target.confirmsLeft -= 1;
      if (target.confirmsLeft === 0) this.#endConfirmation(target, 'down');
    } else if (wasUp && target.domains.some((domain) => isHot(domain, atMs))) {
      target.confirmsLeft = target.streak.missing;
    }
    if (target.confirmsLeft === 0) return;
    // Before all others, in the place of the one that ended: the first verdict of
    // a mass failure must not wait for the first probe of the last server.
    this.#queues.pushFirst(target);
  }

  #endConfirmation(target: ScheduledTarget, state: 'up' | 'down'): void {
    target.confirmsLeft = 0;
    if (target.wasHinted) target.sentinel?.confirmed(state);
    target.wasHinted = false;
  }

  #noteFailure(domain: Domain<ScheduledTarget>, failed: ScheduledTarget, atMs: number): void {
    if (!noteFailure(domain, failed, atMs)) return;
    for (const member of domain.members) if (member !== failed) this.#sweep(member);
  }

  #sweep(member: ScheduledTarget): void {
    if (member.streak.settled !== 'up') return;
    if (member.isInFlight) {
      // Its failure counts, but its success may be older than the fault.
      member.hasSweepAfter = member.urgency === 'due';
    } else if (member.queued.list === null || member.urgency === 'due') {
      const isFailing = member.streak.state === 'down';
      if (isFailing) member.confirmsLeft = member.streak.missing;
      this.#queues.push(member, isFailing ? 'confirm' : 'sweep');
    }
  }
}
