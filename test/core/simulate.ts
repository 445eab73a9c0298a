import * as fc from 'fast-check';
import { Subject, VirtualTimeScheduler } from 'rxjs';
import type { SettleRules } from '../../src/model/check.ts';
import type { Config } from '../../src/model/config.ts';
import type { Control } from '../../src/model/control.ts';
import type { Observation } from '../../src/model/observation.ts';
import type { Rule } from '../../src/model/rule.ts';
import type { Amount } from '../../src/model/service.ts';
import type { Turn } from '../../src/model/turn.ts';
import { pipeline } from '../../src/core/pipeline.ts';
import { config, named, route, server, service, signal } from './fixtures.ts';

export type Timed<T> = T & { readonly atMs: number };

/** Runs events through the pipeline in virtual time until nothing waits any more. */
export function simulate(
  rules: Config,
  observations: readonly Observation[],
  controls: readonly Timed<{ readonly control: Control }>[] = [],
): readonly Turn[] {
  const scheduler = new VirtualTimeScheduler();
  const observation$ = new Subject<Observation>();
  const control$ = new Subject<Control>();
  const turns: Turn[] = [];
  const subscription = pipeline(observation$, control$, rules, scheduler).subscribe((turn) => {
    // The map is a live view: keep what it showed at this turn.
    const routes = new Map(turn.intents.routes);
    turns.push({ ...turn, intents: { ...turn.intents, routes } });
  });
  for (const observation of observations) {
    scheduler.schedule(() => observation$.next(observation), observation.atMs);
  }
  for (const { control, atMs } of controls) scheduler.schedule(() => control$.next(control), atMs);
  scheduler.flush();
  subscription.unsubscribe();
  return turns;
}

export const settleRules: fc.Arbitrary<SettleRules> = fc.record({
  rise: fc.integer({ min: 1, max: 3 }),
  fall: fc.integer({ min: 1, max: 3 }),
  updelayMs: fc.constantFrom(0, 0, 7, 40),
  downdelayMs: fc.constantFrom(0, 0, 5, 40),
  damping: fc.option(
    fc.record({
      halfLifeMs: fc.constantFrom(37, 211),
      suppress: fc.constantFrom(1, 2.5),
      reuse: fc.constantFrom(0.4, 0.9),
    }),
    { nil: null },
  ),
  lostHoldMs: fc.constantFrom(0, 10, 60),
  onLost: fc.constantFrom('down', 'hold'),
});

const serverKeys = ['web/a', 'web/b', 'web/c', 'api/a', 'api/b'] as const;
const signalNames = ['x', 'y'] as const;
export const keys: readonly string[] = [...signalNames, ...serverKeys];

const { rule } = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom('x', 'y', 'web', 'api', 'web/a').map(named),
    fc.record({
      kind: fc.constantFrom('all' as const, 'any' as const),
      of: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), rule: tie('rule') }),
    fc.record({
      kind: fc.constant('at_least' as const),
      count: fc.integer({ min: 1, max: 2 }),
      of: fc.array(tie('rule'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

const amount: fc.Arbitrary<Amount | null> = fc.oneof(
  fc.constant(null),
  fc.integer({ min: 1, max: 4 }).map((weight) => ({ kind: 'weight' as const, weight })),
  fc.constantFrom(10, 50, 100).map((percent) => ({ kind: 'percent' as const, percent })),
);

/** Two signals, two services of five servers, three routes, one of them with degrade steps. */
export const configs: fc.Arbitrary<Config> = fc
  .record({
    settle: fc.array(settleRules, { minLength: 7, maxLength: 7 }),
    weights: fc.array(fc.constantFrom(null, 0, 1, 3), { minLength: 5, maxLength: 5 }),
    quorum: amount,
    hysteresis: fc.constantFrom(null, { kind: 'weight' as const, weight: 1 }),
    rules: fc.array(rule, { minLength: 3, maxLength: 3 }),
    validWhen: fc.option(fc.constantFrom(named('x'), named('web')), { nil: null }),
    startupTimeoutMs: fc.constantFrom(0, 30, 200),
  })
  .map(({ settle, weights, quorum, hysteresis, rules, validWhen, startupTimeoutMs }) => {
    const servers = serverKeys.map((key, i) => server(key, weights[i] ?? null, settle[i + 2]));
    return config({
      startupTimeoutMs,
      signals: signalNames.map((name, i) => signal(name, settle[i])),
      services: [
        service('api', servers.slice(3), { validWhen }),
        service('web', servers.slice(0, 3), { quorum, hysteresis }),
      ],
      routes: rules.map((when, i) =>
        route(`r${i}`, when, {
          degrade:
            i === 0
              ? [
                  {
                    belowPercent: 60,
                    med: { kind: 'add', value: 5 },
                    communities: [],
                    withdraw: false,
                  },
                ]
              : [],
        }),
      ),
    });
  });

export function observationsOf(
  names: readonly string[],
  maxMs: number,
  maxLength: number,
): fc.Arbitrary<readonly Observation[]> {
  const one = fc.record({
    signal: fc.constantFrom(...names),
    state: fc.constantFrom('up', 'up', 'up', 'down', 'down', 'down', 'lost'),
    reason: fc.constantFrom('refused', 'timed out'),
    atMs: fc.nat(maxMs),
  });
  return fc
    .array(one as fc.Arbitrary<Observation>, { maxLength, size: 'max' })
    .map((list) => list.toSorted((a, b) => a.atMs - b.atMs));
}

/** Logs its seed, so that a failure can be played again: SEED=… node --import tsx --test FILE. */
export function check<T extends [unknown, ...unknown[]]>(
  logger: { diagnostic: (message: string) => void },
  property: fc.IProperty<T>,
  numRuns = 300,
): void {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  logger.diagnostic(`seed ${seed}`);
  fc.assert(property, { seed, numRuns });
}
