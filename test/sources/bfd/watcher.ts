import { type TestContext } from 'node:test';
import type { Observable, Subscription } from 'rxjs';
import type { Observation } from '../../../src/model/observation.ts';
import type { Notice } from '../../../src/model/notice.ts';
import { bfd, type BfdConfig } from '../../../src/sources/bfd/bfd.ts';

/** A test that waits longer than this for an event has failed. */
const patienceMs = 60_000;

/** Subscribes for the time of one test. */
export class Watcher {
  readonly observations: Observation[] = [];
  readonly notices: Notice[] = [];
  readonly subscription: Subscription;
  #look = (): void => {};

  constructor(t: TestContext, config$: Observable<BfdConfig>) {
    const deps = {
      notify: (notice: Notice) => {
        this.notices.push(notice);
        this.#look();
      },
    };
    this.subscription = bfd(config$, deps).subscribe((observation) => {
      this.observations.push(observation);
      this.#look();
    });
    t.after(() => this.subscription.unsubscribe());
  }

  /** What was seen of a signal: `up`, `down: link down`. */
  seen(signal: string): string[] {
    return this.observations.filter((each) => each.signal === signal).map(said);
  }

  /** Forgets what was seen until now. */
  clear(): void {
    this.observations.length = 0;
    this.notices.length = 0;
  }

  /** Resolves once the newest observation of the signal reads so. */
  async until(signal: string, wanted: string | RegExp): Promise<Observation> {
    let found: Observation | undefined;
    await this.#until(`${signal} ${wanted}`, () => {
      found = this.observations.findLast((each) => each.signal === signal);
      if (found === undefined) return false;
      return typeof wanted === 'string' ? said(found) === wanted : wanted.test(said(found));
    });
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  async untilNotice(event: string): Promise<Notice> {
    let found: Notice | undefined;
    await this.#until(event, () => {
      found = this.notices.findLast((notice) => notice.event === event);
      return found !== undefined;
    });
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#look = () => {};
        const seen = JSON.stringify([this.observations, this.notices], null, 1);
        reject(new Error(`not seen: ${what}; but ${seen}`));
      }, patienceMs);
      this.#look = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#look = () => {};
        resolve();
      };
      this.#look();
    });
  }
}

export function said({ state, reason }: Observation): string {
  return reason === '' ? state : `${state}: ${reason}`;
}
