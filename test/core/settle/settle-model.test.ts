import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { SettleRules } from '../../../src/model/check.ts';
import type { Observation } from '../../../src/model/observation.ts';
import type { Health } from '../../../src/model/turn.ts';
import {
  carryOutDue,
  healthOf,
  isQuiet,
  nextDueMs,
  step,
  unsettled,
} from '../../../src/core/settle/settle.ts';
import { check, observationsOf, settleRules } from '../simulate.ts';

const endMs = 400;

/**
 * The rules of Settle written down a second time, as slowly and plainly as can be: every
 * millisecond is looked at, results are a string, and the penalty is a sum over all falls.
 */
class Naive {
  readonly #rules: SettleRules;
  #results = '';
  #settled: Health = 'unknown';
  #settledAtMs = 0;
  #verdict: Health = 'unknown';
  #lostAtMs: number | null = null;
  #known: Health = 'unknown';
  readonly #fallsMs: number[] = [];
  #suppressed = false;

  constructor(rules: SettleRules) {
    this.#rules = rules;
  }

  tick(nowMs: number): void {
    const { damping, lostHoldMs, updelayMs, downdelayMs } = this.#rules;
    if (this.#suppressed && damping !== null && this.#penalty(nowMs) <= damping.reuse + 1e-9) {
      this.#suppressed = false;
    }
    if (this.#lostAtMs !== null && nowMs >= this.#lostAtMs + lostHoldMs) {
      this.#lostAtMs = null;
      this.#settled = 'unknown';
      this.#become('unknown', nowMs);
    }
    const delayMs = this.#settled === 'up' ? updelayMs : downdelayMs;
    if (this.#settled !== this.#verdict && nowMs >= this.#settledAtMs + delayMs) {
      this.#become(this.#settled, nowMs);
    }
  }

  see(state: Observation['state'], nowMs: number): void {
    if (state === 'lost') {
      this.#results = '';
      this.#settled = this.#verdict;
      if (this.#expired) return;
      this.#lostAtMs ??= nowMs;
    } else {
      this.#expired = false;
      this.#lostAtMs = null;
      this.#results += state === 'up' ? 'u' : 'd';
      if (this.#results.endsWith('u'.repeat(this.#rules.rise))) this.#settle('up', nowMs);
      if (this.#results.endsWith('d'.repeat(this.#rules.fall))) this.#settle('down', nowMs);
    }
    this.tick(nowMs);
  }

  get health(): Health {
    return this.#suppressed ? 'down' : this.#verdict;
  }

  /** Nothing but losses since the hold ended. */
  #expired = false;

  #settle(to: Health, nowMs: number): void {
    if (this.#settled !== to) this.#settledAtMs = nowMs;
    this.#settled = to;
  }

  #become(to: Health, nowMs: number): void {
    this.#verdict = to;
    if (to === 'unknown') {
      this.#results = '';
      this.#expired = true;
    }
    const counted = to === 'unknown' ? (this.#rules.onLost === 'down' ? 'down' : this.#known) : to;
    const fell = this.#known === 'up' && counted === 'down';
    this.#known = counted;
    const { damping } = this.#rules;
    if (!fell || damping === null) return;
    this.#fallsMs.push(nowMs);
    if (this.#penalty(nowMs) > damping.suppress) this.#suppressed = true;
  }

  #penalty(nowMs: number): number {
    const halfLifeMs = this.#rules.damping?.halfLifeMs ?? 1;
    return this.#fallsMs.reduce((sum, atMs) => sum + 0.5 ** ((nowMs - atMs) / halfLifeMs), 0);
  }
}

/** Health at the end of each millisecond. */
function byNaive(rules: SettleRules, observations: readonly Observation[]): readonly Health[] {
  const model = new Naive(rules);
  return Array.from({ length: endMs }, (_, nowMs) => {
    model.tick(nowMs);
    for (const { state, atMs } of observations) if (atMs === nowMs) model.see(state, nowMs);
    return model.health;
  });
}

/** The same by the implementation, driven as the pipeline drives it: deadlines only when due. */
function byStep(rules: SettleRules, observations: readonly Observation[]): readonly Health[] {
  let state = unsettled(0);
  return Array.from({ length: endMs }, (_, nowMs) => {
    for (const observation of observations) {
      if (observation.atMs !== nowMs || isQuiet(state, observation)) continue;
      state = step(state, observation, rules);
    }
    if (nextDueMs(state, rules) <= nowMs) state = carryOutDue(state, nowMs, rules);
    return healthOf(state);
  });
}

test('settle agrees with a naive model, millisecond by millisecond', (t) => {
  const observations = observationsOf(['x'], endMs - 1, 120);
  check(
    t,
    fc.property(settleRules, observations, (rules, seen) => {
      assert.deepEqual(byStep(rules, seen), byNaive(rules, seen));
    }),
    1000,
  );
});

test('no state is reached without its consecutive results', (t) => {
  check(
    t,
    fc.property(settleRules, observationsOf(['x'], 300, 80), (rules, seen) => {
      let state = unsettled(0);
      for (const [index, observation] of seen.entries()) {
        const { settled } = state;
        state = step(state, observation, rules);
        if (state.settled === settled || state.settled === 'unknown') continue;
        // A loss cancels what is on its way: back to the verdict, which had its results before.
        if (observation.state === 'lost') continue;
        const needed = state.settled === 'up' ? rules.rise : rules.fall;
        const last = seen.slice(0, index + 1).slice(-needed);
        assert.equal(last.length, needed);
        for (const one of last) assert.equal(one.state, state.settled);
      }
    }),
  );
});

test('step is pure, and does nothing exactly where isQuiet says so', (t) => {
  check(
    t,
    fc.property(settleRules, observationsOf(['x'], 300, 60), (rules, seen) => {
      let state = unsettled(0);
      for (const observation of seen) {
        const current = Object.freeze(carryOutDue(state, observation.atMs, rules));
        state = step(current, observation, rules);
        assert.equal(state === current, isQuiet(current, observation));
      }
    }),
  );
});
