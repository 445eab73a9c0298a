import { Domains, isHot, noteFailure, type Domain } from './domains.ts';
import type { Answer, ProbeTarget } from './prober.ts';
import type { Queues } from './queues.ts';
import type { Target } from './target.ts';

/** What an answer asks for at once: that it be confirmed, that its neighbours be probed, a sentinel. */
export class Reactions {
  readonly #domains = new Domains<Target>();
  readonly #queues: Queues;

  constructor(queues: Queues) {
    this.#queues = queues;
  }

  join(target: Target): void {
    target.domains = this.#domains.join(target, target.spec);
  }

  /** Takes a target's new place among the fault domains. */
  move(target: Target, spec: ProbeTarget): void {
    const moved = target.spec.domain !== spec.domain;
    target.spec = spec;
    if (!moved) return;
    this.leave(target);
    this.join(target);
  }

  leave(target: Target): void {
    this.#domains.leave(target, target.domains);
  }

  /** After a probe of a target that is in no queue and not in flight. */
  answered(target: Target, { state }: Answer, atMs: number): void {
    switch (state) {
      case 'up':
        this.#succeeded(target);
        break;
      case 'down':
        this.#failed(target, atMs);
        break;
      case 'lost':
        target.sweepAfter = false;
        target.confirmsLeft = 0;
        target.hinted = false;
        break;
      default:
        state satisfies never;
    }
  }

  /** The end of a sentinel's connection: `fall` failures in a row, or one success. */
  hint(target: Target): void {
    target.hinted = true;
    target.confirmsLeft = target.spec.check.settle.fall;
    this.#queues.push(target, 'confirm');
  }

  #succeeded(target: Target): void {
    const scheduled = target.urgency === 'due';
    target.streak.note('up');
    this.#endConfirmation(target, 'up');
    if (target.sweepAfter) this.#queues.push(target, 'sweep');
    target.sweepAfter = false;
    if (scheduled) target.sentinel?.keep();
  }

  #failed(target: Target, atMs: number): void {
    // Only a server that was up can be news about its neighbours.
    const wasUp = target.streak.settled === 'up';
    target.streak.note('down');
    target.sweepAfter = false;
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

  #endConfirmation(target: Target, state: 'up' | 'down'): void {
    target.confirmsLeft = 0;
    if (target.hinted) target.sentinel?.confirmed(state);
    target.hinted = false;
  }

  #noteFailure(domain: Domain<Target>, failed: Target, atMs: number): void {
    if (!noteFailure(domain, failed, atMs)) return;
    for (const member of domain.members) if (member !== failed) this.#sweep(member);
  }

  #sweep(member: Target): void {
    if (member.streak.settled !== 'up') return;
    if (member.inFlight) {
      // Its failure counts, but its success may be older than the fault.
      member.sweepAfter = member.urgency === 'due';
    } else if (member.queued.list === null || member.urgency === 'due') {
      const failing = member.streak.state === 'down';
      if (failing) member.confirmsLeft = member.streak.missing;
      this.#queues.push(member, failing ? 'confirm' : 'sweep');
    }
  }
}
