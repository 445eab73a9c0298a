import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { Config } from '../../../src/model/config.ts';
import type { Control } from '../../../src/model/control.ts';
import type { Observation } from '../../../src/model/observation.ts';
import type { Turn } from '../../../src/model/turn.ts';
import { confirmed, connected, Drive, inKernel, sent, withIpvs } from '../drive.ts';
import { named, route, signal } from '../fixtures.ts';
import { check } from '../simulate.ts';

const names = ['web/a', 'web/b', 'web/c'] as const;
const routes = ['r', 's'] as const;

const configs: fc.Arbitrary<Config> = fc
  .record({
    minPooledPercent: fc.constantFrom(null, 40, 70),
    slowStartMs: fc.constantFrom(0, 0, 2500),
    onDown: fc.constantFrom('quiesce' as const, 'remove' as const),
    quorum: fc.constantFrom(null, { kind: 'weight' as const, weight: 50 }),
    maxWithdraw: fc.constantFrom(null, null, { share: 0.5, perMs: 3000 }),
  })
  .map(({ maxWithdraw, ...service }) =>
    withIpvs({
      maxWithdraw,
      signals: [signal('x')],
      services: [inKernel([10, 20, 40], service)],
      routes: [
        route('r', 'web', { drainMs: 700 }),
        route('s', { kind: 'all', of: [named('web'), named('x')] }, { drainMs: 0 }),
      ],
    }),
  );

type Step =
  | { readonly kind: 'see'; readonly observations: readonly Observation[] }
  | { readonly kind: 'sent'; readonly key: string }
  | { readonly kind: 'confirm' }
  | { readonly kind: 'drain' | 'undrain'; readonly name: string };

const observation = fc.record({
  signal: fc.constantFrom(...names, ...names, 'x'),
  state: fc.constantFrom('up' as const, 'up' as const, 'down' as const),
  reason: fc.constant('said so'),
  atMs: fc.constant(0),
  weightPercent: fc.constantFrom(0, 50, 100, 100),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('see' as const),
      observations: fc.array(observation, { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('sent' as const), key: fc.constantFrom(...routes) }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'confirm' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('drain' as const, 'undrain' as const),
      name: fc.constantFrom('web', 'web/a', 'r', 'node'),
    }),
  },
);

const steps = fc.array(fc.record({ step, gapMs: fc.constantFrom(0, 1, 30, 400, 1100) }), {
  maxLength: 80,
  size: 'max',
});

/** What the outside knows: what was asked of it, and what it has answered. */
class Outside {
  /** Withdraws that were not handed over, and since when. */
  readonly unsent = new Map<string, number>();
  readonly confirmed = new Map<string, number | 'removed'>();
  readonly #inPlace = new Set<string>();

  follow(turn: Turn): void {
    const { decisions, weightDecisions, atMs, intents } = turn;
    for (const { route: one, to } of decisions) {
      if (to === 'announced' && !this.#inPlace.has(one.key)) this.#mayCome(turn);
      if (to === 'withdrawn' && this.#inPlace.has(one.key)) this.unsent.set(one.key, atMs);
      if (to === 'withdrawn') this.#inPlace.delete(one.key);
      else this.#inPlace.add(one.key);
      if (to === 'announced') this.unsent.delete(one.key);
    }
    for (const [key, sinceMs] of this.unsent) if (atMs >= sinceMs + 1000) this.unsent.delete(key);
    for (const { server, from, to } of weightDecisions) {
      assert.notEqual(from, to);
      const isFall = (to === 0 || to === 'removed') && from !== 0 && from !== 'removed';
      if (isFall) assert.equal(this.unsent.size, 0, `${server} falls before its withdraw`);
    }
    const changed = new Set(weightDecisions.map(({ server }) => server));
    assert.deepEqual(intents.changedWeights.toSorted(), [...changed].toSorted());
  }

  /** Everything that is intended was read back, and something of it serves. */
  #mayCome({ intents }: Turn): void {
    const weights = [...intents.weights.values()];
    for (const { server, weight } of weights) {
      assert.equal(this.confirmed.get(server), weight, `announced before ${server}`);
    }
    assert.ok(weights.some(({ weight }) => Number(weight) > 0));
  }
}

function controlOf(one: Step, drive: Drive, outside: Outside, atMs: number): Control | null {
  switch (one.kind) {
    case 'sent':
      outside.unsent.delete(one.key);
      return sent(one.key);
    case 'confirm': {
      const entries = [...drive.core.weights.values()].map(
        ({ server, weight }) => [server, weight] as const,
      );
      for (const [server, weight] of entries) outside.confirmed.set(server, weight);
      return confirmed(Object.fromEntries(entries));
    }
    case 'drain': {
      const drain = { name: one.name, reason: '', owner: 'anna', untilMs: null, sinceMs: atMs };
      return { kind: 'drain', drain };
    }
    case 'undrain':
      return { kind: 'undrain', name: one.name, owner: 'anna' };
    case 'see':
      return null;
    default:
      return assert.fail();
  }
}

function said({ turns }: Drive): unknown {
  return turns.flatMap((turn) => [turn.decisions, turn.weightDecisions]);
}

describe('weights and routes', () => {
  test('keep their order, whatever happens and however slow the answers are', (t) => {
    check(
      t,
      fc.property(configs, steps, (rules, list) => {
        const drive = new Drive(rules);
        const outside = new Outside();
        let atMs = 0;
        let followed = 0;
        drive.at(0, connected);
        for (const { step: one, gapMs } of list) {
          atMs += gapMs;
          // Deadlines before this instant know nothing of what it brings.
          drive.at(atMs);
          for (const turn of drive.turns.slice(followed)) outside.follow(turn);
          followed = drive.turns.length;
          const control = controlOf(one, drive, outside, atMs);
          drive.at(
            atMs,
            ...(one.kind === 'see' ? one.observations : []),
            ...(control === null ? [] : [control]),
          );
          for (const turn of drive.turns.slice(followed)) outside.follow(turn);
          followed = drive.turns.length;
        }
      }),
      500,
    );
  });

  test('of one instant do not depend on the order in which it was seen', (t) => {
    const one = fc.record({
      seen: fc.uniqueArray(observation, {
        selector: ({ signal: name }) => name,
        minLength: 1,
        maxLength: 4,
      }),
      gapMs: fc.constantFrom(1, 400, 1100),
    });
    check(
      t,
      fc.property(configs, fc.array(one, { maxLength: 40, size: 'max' }), (rules, list) => {
        const [first, second] = [new Drive(rules), new Drive(rules)];
        let atMs = 0;
        for (const { seen, gapMs } of list) {
          atMs += gapMs;
          first.at(atMs, ...seen);
          second.at(atMs, ...seen.toReversed());
        }
        assert.deepEqual(first.turns, second.turns);
      }),
    );
  });

  test('survive a reload of the same configuration without a change', (t) => {
    check(
      t,
      fc.property(configs, steps, fc.nat(80), (rules, list, reloadAt) => {
        const [plain, reloaded] = [new Drive(rules), new Drive(rules)];
        const nobody = new Outside();
        let atMs = 0;
        for (const [index, { step: one, gapMs }] of list.entries()) {
          atMs += gapMs;
          const control = controlOf(one, plain, nobody, atMs);
          const inputs = [
            ...(one.kind === 'see' ? one.observations : []),
            ...(control === null ? [] : [control]),
          ];
          plain.at(atMs, ...inputs);
          reloaded.at(atMs, ...inputs);
          if (index === reloadAt) {
            reloaded.at(atMs, { kind: 'config', config: structuredClone(rules) });
          }
        }
        assert.deepEqual(said(reloaded), said(plain));
      }),
    );
  });
});
