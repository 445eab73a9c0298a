import { test } from 'node:test';
import { array, boolean, constant, constantFrom, oneof, property, record } from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { Config } from '../../src/model/config.ts';
import type { Control } from '../../src/model/control.ts';
import type { Observation } from '../../src/model/observation.ts';
import type { View } from '../../src/model/view.ts';
import { takeCheckpoint } from '../../src/core/checkpoint.ts';
import { confirmed, connected, Drive, inKernel, sent, table, withIpvs } from './drive.ts';
import { named, route, server, service, signal } from './fixtures.ts';
import { check } from './simulate.ts';

/** Configurations that differ in all that a reload may add, take away or change. */
const configs: Arbitrary<Config> = record({
  hasIpvs: boolean(),
  hasVirtual: boolean(),
  hasMore: boolean(),
  hasValidWhen: boolean(),
  weights: constantFrom([10, 20, 40], [null, 0, 5], [null, null]),
  minPooledPercent: constantFrom(null, 50),
  slowStartMs: constantFrom(0, 2000),
  onDown: constantFrom('quiesce' as const, 'remove' as const),
  quorum: constantFrom(null, { kind: 'percent' as const, percent: 50 }),
  damping: constantFrom(null, { halfLifeMs: 400, suppress: 2, reuse: 1 }),
  updelayMs: constantFrom(0, 100),
  rise: constantFrom(1, 2),
  maxWithdraw: constantFrom(null, { share: 0.5, perMs: 3000 }),
  when: constantFrom('web', 'web/a', 'x'),
  drainConnections: constantFrom(null, 3),
  degradePercent: constantFrom(null, 70),
}).map((one) => {
  const { minPooledPercent, slowStartMs, onDown, quorum, drainConnections } = one;
  const more = { minPooledPercent, slowStartMs, onDown, quorum };
  const web = inKernel(one.weights, {
    ...more,
    validWhen: one.hasValidWhen ? named('x') : null,
    ...(one.hasVirtual ? {} : { virtual: null }),
  });
  const api = service('api', [server('api/a')], {
    validWhen: one.hasValidWhen ? named('web') : null,
  });
  const both = { kind: 'all' as const, of: [named('web'), named('api')] };
  const step = { med: null, communities: [], withdraw: true };
  const degrade =
    one.degradePercent === null ? [] : [{ ...step, belowPercent: one.degradePercent }];
  return withIpvs({
    ...(one.hasIpvs ? {} : { ipvs: { via: 'off' as const } }),
    maxWithdraw: one.maxWithdraw,
    signals: [signal('x', { rise: one.rise, updelayMs: one.updelayMs, damping: one.damping })],
    services: one.hasMore ? [web, api] : [web],
    routes: [
      route('r', one.when, { drainConnections, drainMs: 700, degrade }),
      ...(one.hasMore ? [route('s', both, { onStop: 'keep' as const })] : []),
    ],
  });
});

const keys = constantFrom('web/a', 'web/b', 'web/c', 'api/a', 'x', 'gone');
const names = constantFrom('web', 'web/a', 'r', 's', 'node', 'api', 'gone');

const observations: Arbitrary<Observation> = record({
  signal: keys,
  state: constantFrom('up' as const, 'up' as const, 'down' as const, 'lost' as const),
  reason: constant('refused'),
  atMs: constant(0),
  weightPercent: constantFrom(0, 50, 100),
});

/** Reads everything that status and explain may read. */
function readAll(view: View): void {
  view.signals();
  view.services();
  view.nodeDrain();
  view.routes().forEach(({ because }) => because);
  for (const name of view.names()) view.explain(name);
}

const active = new Map([
  ['web/a', 0],
  ['web/b', 2],
  ['api/a', 1],
  ['gone', 1],
]);

/** Also of what a reload has taken away, or never had. */
const controls: Arbitrary<Control> = oneof(
  { weight: 2, arbitrary: configs.map((config): Control => ({ kind: 'config', config })) },
  constantFrom<Control>(
    table({ 'web/a': 10, 'web/b': 0, 'api/a': 3, gone: 7 }),
    table({ 'web/a': 10 }, ['web/b', 'web', 'gone']),
    connected,
    { kind: 'ipvs', state: 'lost' },
    sent('r', 's', 'gone'),
    { kind: 'adopted', keys: ['r', 's', 'gone'] },
    { kind: 'connections', active },
    { kind: 'inspect', inspect: readAll },
    { kind: 'stop' },
  ),
  record({ key: keys, weight: constantFrom(0, 5, 40, 'removed' as const) }).map(({ key, weight }) =>
    confirmed({ [key]: weight }),
  ),
  record({ name: names, untilMs: constantFrom(null, 500, 5000) }).map((one): Control => {
    return { kind: 'drain', drain: { ...one, reason: '', owner: 'anna', sinceMs: 0 } };
  }),
  names.map((name): Control => ({ kind: 'undrain', name, owner: 'anna' })),
);

const steps = array(
  record({
    input: oneof({ weight: 6, arbitrary: observations }, { weight: 6, arbitrary: controls }),
    gapMs: constantFrom(0, 0, 1, 300, 1100, 4000),
  }),
  { maxLength: 80, size: 'max' },
);

/** Assertions of the core are for its own bugs: whatever the outside does, none of them throws. */
test('no sequence of results, reloads, drains, reports and restarts makes the core throw', (t) => {
  check(
    t,
    property(configs, configs, steps, (before, after, list) => {
      let atMs = 0;
      const old = new Drive(before);
      for (const { input, gapMs } of list) old.at((atMs += gapMs), input);
      const next = new Drive(after, { kind: 'resume', checkpoint: takeCheckpoint(old.core) });
      for (const { input, gapMs } of list) next.at((atMs += gapMs), input);
    }),
    600,
  );
});
