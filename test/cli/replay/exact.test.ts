import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Config } from '../../../src/model/config.ts';
import type { Control } from '../../../src/model/control.ts';
import type { Observation } from '../../../src/model/observation.ts';
import { check, configs, keys, observationsOf } from '../../core/simulate.ts';
import { record, replayLines, type TimedControl } from '../../sinks/journal/harness.ts';

const drain = { reason: 'disk', owner: 'ann', sinceMs: 0 };

const someControl: fc.Arbitrary<Control> = fc.oneof(
  fc.constant<Control>({ kind: 'adopted', keys: ['r0', 'r2'] }),
  fc.constant<Control>({ kind: 'ipvs', state: 'connected' }),
  fc.constantFrom(0, 1, 'removed' as const).map((weight): Control => ({
    kind: 'weights',
    weights: new Map(keys.slice(2).map((key) => [key, weight])),
  })),
  fc.constant<Control>({ kind: 'sent', keys: ['r0', 'r1', 'r2'] }),
  fc
    .tuple(fc.constantFrom('web', 'web/a', 'r1', 'node'), fc.constantFrom(null, 300, 900))
    .map(([name, untilMs]): Control => ({ kind: 'drain', drain: { ...drain, name, untilMs } })),
  fc.constantFrom(0, 5).map((count): Control => ({
    kind: 'connections',
    active: new Map(keys.slice(2).map((key) => [key, count])),
  })),
  fc.constantFrom('web', 'web/a', 'r1', 'node').map((name): Control => ({
    kind: 'undrain',
    name,
    owner: 'ann',
  })),
  fc.uniqueArray(fc.constantFrom(...keys.slice(2))).chain((some) =>
    fc.array(fc.nat(200), { minLength: 5, maxLength: 5 }).map((weights): Control => ({
      kind: 'table',
      bases: new Map(some.map((key, i) => [key, { weight: weights[i] ?? 0, isDrained: false }])),
      missing: new Set(keys.slice(2).filter((key) => !some.includes(key))),
    })),
  ),
);

const controls: fc.Arbitrary<readonly TimedControl[]> = fc.array(
  fc.record({ atMs: fc.nat(500), control: someControl }),
  { maxLength: 12 },
);

/** What the process before this one knew, or some of it. */
const resumed: fc.Arbitrary<readonly TimedControl[]> = fc
  .array(
    fc.record({
      key: fc.constantFrom(...keys),
      health: fc.constantFrom('up' as const, 'down' as const, 'unknown' as const),
      sinceMs: fc.integer({ min: -500, max: 0 }),
      cause: fc.constant({ reason: 'refused', atMs: -600 }),
      pending: fc.constantFrom(
        { to: 'up' as const, sinceMs: -3 },
        { to: 'down' as const, sinceMs: -9 },
      ),
      flaps: fc.constant({ penalty: 2, atMs: -20, falls: 2, suppressed: true }),
    }),
    { maxLength: 5 },
  )
  .map((targets): readonly TimedControl[] => {
    const checkpoint = {
      targets: targets.map(({ cause, ...rest }) =>
        rest.health === 'up' ? rest : Object.assign({}, rest, { cause }),
      ),
      pools: [{ name: 'web', health: 'up' as const, sinceMs: -50, wasUp: true }],
      routes: [{ key: 'r1', state: 'announced' as const, sinceMs: -40, isInPlace: true }],
      withdrawnAtMs: [-30],
    };
    return targets.length === 0 ? [] : [{ atMs: 0, control: { kind: 'resume', checkpoint } }];
  });

/** Some results, up as well as down, also say how much the server can take, as agents do. */
const said: fc.Arbitrary<readonly Observation[]> = fc
  .tuple(
    observationsOf(keys, 500, 80),
    fc.infiniteStream(fc.constantFrom(null, null, null, 0, 1, 40, 100)),
  )
  .map(([observations, percents]) =>
    observations.map((observation) => {
      const { value: weightPercent } = percents.next();
      const isPlain = typeof weightPercent !== 'number' || !observation.signal.includes('/');
      return isPlain ? observation : Object.assign({}, observation, { weightPercent });
    }),
  );

/** With a table in the kernel, so that weights are decided, and held until their time. */
const weighed: fc.Arbitrary<Config> = fc
  .record({
    config: configs,
    slowStartMs: fc.constantFrom(0, 0, 3000),
    minPooledPercent: fc.constantFrom(null, 50),
    onDown: fc.constantFrom('quiesce' as const, 'remove' as const),
  })
  .map(({ config, ...more }): Config => {
    const services = config.services.map((service, mark) =>
      Object.assign({}, service, more, { virtual: { kind: 'fwmark' as const, mark } }),
    );
    return Object.assign({}, config, { services, ipvs: { via: 'netlink', dryRun: false } });
  });

test('a replay with the same configuration gives exactly the recorded decisions', (t) => {
  let decisions = 0;
  let weights = 0;
  check(
    t,
    fc.property(
      fc.oneof(configs, weighed),
      said,
      controls,
      fc.array(fc.nat(40), { minLength: 1, maxLength: 20 }),
      fc.array(fc.nat(600), { maxLength: 2 }),
      fc.option(fc.nat(600)),
      resumed,
      (config, observations, timed, lateness, reloadsMs, stopMs, first) => {
        let n = 0;
        const lateMs = (): number => lateness[(n += 1) % lateness.length] ?? 0;
        const stop: readonly TimedControl[] =
          stopMs === null ? [] : [{ atMs: stopMs, control: { kind: 'stop' } }];
        const reload = { kind: 'config', config } as const;
        const reloads = reloadsMs.map((atMs): TimedControl => ({ atMs, control: reload }));
        const records = record(
          config,
          observations,
          [...first, ...timed, ...reloads, ...stop],
          lateMs,
        );
        const lines = records.map((one) => JSON.stringify(one));
        const { recorded, replayed, replayer } = replayLines(lines, config);
        assert.ok(replayer.isExact);
        assert.deepEqual(replayed, recorded);
        decisions += recorded.length;
        weights += recorded.filter(({ kind }) => kind === 'weight').length;
      },
    ),
  );
  t.diagnostic(`${decisions} decisions compared, ${weights} of them weights`);
  assert.ok(decisions > 300 && weights > 100);
});
