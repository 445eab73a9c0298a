import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { Observation } from '../../src/model/observation.ts';
import { config, route, signal } from './fixtures.ts';
import { Follower } from './follow.ts';
import { check, configs, keys, observationsOf, simulate } from './simulate.ts';

const observations = observationsOf(keys, 500, 150);

describe('properties of the pipeline', () => {
  test('intents are the value of the rule in every turn, and when everything has passed', (t) => {
    check(
      t,
      fc.property(configs, observations, (rules, seen) => {
        const follower = new Follower(rules);
        for (const turn of simulate(rules, seen)) follower.follow(turn);
      }),
    );
  });

  test('permuting simultaneous observations changes nothing, to the last word', (t) => {
    const crowded = observationsOf(keys, 500, 150).map((list) =>
      list.map((one): Observation => ({ ...one, atMs: Math.floor(one.atMs / 50) * 50 })),
    );
    check(
      t,
      fc.property(configs, crowded, fc.array(fc.nat(), { minLength: 150 }), (rules, seen, dice) => {
        const shuffled = shuffleWithinInstants(seen, dice);
        assert.deepEqual(simulate(rules, shuffled), simulate(rules, seen));
      }),
    );
  });

  test('a reload of the same configuration changes nothing', (t) => {
    const times = fc.array(fc.nat(600), { minLength: 1, maxLength: 5 });
    check(
      t,
      fc.property(configs, observations, times, (rules, seen, timesMs) => {
        const controls = timesMs.map((atMs) => ({
          atMs,
          control: { kind: 'config' as const, config: structuredClone(rules) },
        }));
        assert.deepEqual(simulate(rules, seen, controls), simulate(rules, seen));
      }),
    );
  });

  test('a turn says only what changed, and names exactly the intents that did', (t) => {
    check(
      t,
      fc.property(configs, observations, (rules, seen) => {
        let before = new Map<string, unknown>();
        for (const { changes, decisions, notices, intents } of simulate(rules, seen)) {
          assert.notEqual(changes.length + decisions.length + notices.length, 0);
          const differing = rules.routes.filter(
            ({ key }) => intents.routes.get(key) !== before.get(key),
          );
          assert.deepEqual(intents.changed.toSorted(), differing.map(({ key }) => key).toSorted());
          for (const { from, to } of changes) assert.ok(from !== to || to === 'unknown');
          for (const { because } of decisions) assert.ok(because.length <= 300);
          before = new Map(intents.routes);
        }
      }),
    );
  });
});

test('with damping, route changes under any flapping are bounded', (t) => {
  const dampings = fc.record({
    halfLifeMs: fc.integer({ min: 50, max: 400 }),
    suppress: fc.double({ min: 1, max: 4, noNaN: true }),
    reuse: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
  });
  const gaps = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 300, maxLength: 600 });
  check(
    t,
    fc.property(dampings, gaps, (damping, gapsMs) => {
      const rules = config({
        startupTimeoutMs: 0,
        signals: [signal('x', { damping })],
        routes: [route('r', 'x')],
      });
      let atMs = 0;
      const flaps = gapsMs.map((gapMs, index): Observation => {
        atMs += gapMs;
        return { signal: 'x', state: index % 2 === 0 ? 'up' : 'down', reason: '', atMs };
      });
      const decisions = simulate(rules, flaps).flatMap((turn) => turn.decisions);
      const inTime = decisions.filter((decision) => decision.atMs <= atMs).length;
      assert.ok(inTime <= changesAtMost(damping, atMs), `${inTime} changes in ${atMs} ms`);
    }),
    100,
  );
});

/**
 * While not suppressed the penalty is at most `suppress`, so it loses at most
 * suppress × ln 2 / half_life a millisecond; each fall that is seen adds 1, and one stretch ends at
 * suppress + 1 at most. From there to `reuse` nothing is seen for half_life × log2(suppress / reuse)
 * at least, which bounds the stretches; each but the first begins near `reuse` and not at 0.
 * A fall is one withdraw, and at most one announce follows it; one of each comes first.
 */
function changesAtMost(
  { halfLifeMs, suppress, reuse }: { halfLifeMs: number; suppress: number; reuse: number },
  overMs: number,
): number {
  const decayed = (suppress * Math.LN2 * overMs) / halfLifeMs;
  const stretches = 1 + Math.floor(overMs / (halfLifeMs * Math.log2(suppress / reuse)));
  // One millisecond of rounding up the reuse time may take a little more than to `reuse`.
  const startsAt = reuse * 2 ** (-1 / halfLifeMs);
  const falls = suppress + 1 + (stretches - 1) * (suppress + 1 - startsAt) + decayed;
  return 2 * Math.floor(falls) + 2;
}

/** Keeps the order of each signal's own observations: that one means something. */
function shuffleWithinInstants(
  seen: readonly Observation[],
  dice: readonly number[],
): readonly Observation[] {
  const ranks = new Map(keys.map((key, index) => [key, dice[index] ?? 0]));
  const rankOf = ({ signal: name }: Observation): number => ranks.get(name) ?? 0;
  return seen.toSorted((a, b) => a.atMs - b.atMs || rankOf(a) - rankOf(b));
}
