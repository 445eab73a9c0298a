import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Config } from '../../../src/model/config.ts';
import type { Amount, Service } from '../../../src/model/service.ts';
import type { RouteAttributes } from '../../../src/model/route.ts';
import type { Turn } from '../../../src/model/turn.ts';
import { config, named, route, server, service, signal } from '../fixtures.ts';
import { play } from '../play.ts';

const weight = (value: number): Amount => ({ kind: 'weight', weight: value });
const percent = (value: number): Amount => ({ kind: 'percent', percent: value });

function web(weights: readonly (number | null)[], more: Partial<Service> = {}): Config {
  const servers = weights.map((one, index) => server(`web/${'abcdef'[index]}`, one));
  return config({ services: [service('web', servers, more)], routes: [route('r', 'web')] });
}

function oneServer(onLost: 'down' | 'hold'): Config {
  const servers = [server('web/a', 1, { lostHoldMs: 2, onLost })];
  return config({ services: [service('web', servers)], routes: [route('r', 'web')] });
}

function announced(turns: readonly Turn[]): readonly (RouteAttributes | null)[] {
  return turns.flatMap(({ decisions }) => decisions.map(({ attributes }) => attributes));
}

describe('quorum', () => {
  test('is any one server by default', () => {
    const inputs = { 'web/a': 'd---u-d', 'web/b': '--d' };
    play(web([null, null]), inputs, { web: '--D-U-D', r: '--W-A-W' });
  });

  test('counts weight', () => {
    const rules = web([1, 3], { quorum: weight(3) });
    play(rules, { 'web/a': 'u', 'web/b': '--u--d' }, { web: '--U--D' });
  });

  test('may be a percentage of the whole weight', () => {
    const rules = web([1, 1, 2], { quorum: percent(75) });
    const inputs = { 'web/a': 'u----d', 'web/b': 'u--d--u', 'web/c': '-u' };
    play(rules, inputs, { web: '-U---DU' });
  });

  test('a server of weight 0 carries nothing', () => {
    play(web([0, 1]), { 'web/a': 'u', 'web/b': '--d--u' }, { web: '--D--U' });
  });

  test('is unknown only while servers that are not known could still decide it', () => {
    const rules = web([1, 1, 1], { quorum: weight(2) });
    play(rules, { 'web/a': 'u', 'web/b': '--u' }, { web: '--U' });
    play(rules, { 'web/a': 'd', 'web/b': '--d' }, { web: '--D' });
    play(rules, { 'web/a': 'u', 'web/b': '--d' }, { web: '' });
  });

  test('a service without servers is down', () => {
    play(web([]), {}, { web: 'D', r: 'W' });
  });
});

describe('hysteresis', () => {
  const rules = web([1, 1, 1, 1], { quorum: weight(2), hysteresis: weight(1) });

  test('rises at quorum + hysteresis, falls below quorum - hysteresis', () => {
    const inputs = { 'web/a': 'u---d', 'web/b': '-u---d', 'web/c': '--u---d', 'web/d': 'd' };
    play(rules, inputs, { web: '--U---D' });
  });

  test('is never up at 0, however wide it is', () => {
    const wide = web([1, 1], { quorum: weight(1), hysteresis: weight(1) });
    play(wide, { 'web/a': 'u---d', 'web/b': '--u--d' }, { web: '--U--D' });
  });

  test('remembers through unknown that the service was up', () => {
    const held = { lostHoldMs: 1, onLost: 'hold' } as const;
    const servers = ['a', 'b', 'c'].map((name) => server(`web/${name}`, 1, held));
    const rule = { quorum: weight(2), hysteresis: weight(1) };
    const pool = config({ services: [service('web', servers, rule)] });
    // Lost, and back at the quorum itself: too little to rise, but it never fell.
    const inputs = { 'web/a': 'u-l--u', 'web/b': 'u-l--d', 'web/c': 'u-l--d' };
    play(pool, inputs, { web: 'U--?-U' });
  });
});

describe('on_lost', () => {
  test('a server that stays lost is down in its pool, or unknown with hold', () => {
    play(oneServer('down'), { 'web/a': 'u-l' }, { web: 'U---D', r: 'A---W' });
    play(oneServer('hold'), { 'web/a': 'u-l' }, { web: 'U---?', r: 'A' });
  });
});

describe('valid_when', () => {
  const pool = config({
    signals: [signal('uplink')],
    services: [
      service('web', [server('web/a', 1, { fall: 2 })], { validWhen: named('uplink') }),
      service('api', [server('api/a')], { validWhen: named('web') }),
    ],
    routes: [route('r', 'web')],
  });

  test('results are believed only while the rule is up; unknown is not up', () => {
    play(pool, { 'web/a': 'u---u--ddd', uplink: '--u--d' }, { web: '----U', r: '----A' });
  });

  test('what was counted is dropped when the rule goes down, and health is kept', () => {
    const inputs = { uplink: 'u-d-u', 'web/a': 'ud--d---d' };
    play(pool, inputs, { 'web/a': 'U-------D', web: 'U-------D' });
  });

  test('in one instant the rule comes before the results, whatever came in first', () => {
    play(pool, { 'web/a': 'u', uplink: 'u' }, { web: 'U' });
    play(pool, { 'api/a': 'u', 'web/a': 'u', uplink: 'u' }, { api: 'U', web: 'U' });
    const failed = { uplink: 'u--d', 'web/a': 'u--(dd)' };
    play(pool, failed, { web: 'U' });
  });
});

test('services are judged in the order of valid_when, however they are crossed', () => {
  const both = { kind: 'all', of: [named('b'), named('c')] } as const;
  const rules = config({
    services: [
      service('a', [server('a/1')], { validWhen: both }),
      service('b', [server('b/1')]),
      service('c', [server('c/1')], { validWhen: named('b') }),
    ],
  });
  play(rules, { 'a/1': 'u', 'b/1': 'u', 'c/1': 'u' }, { a: 'U', b: 'U', c: 'U' });
});

describe('capacity', () => {
  const steps = [
    { belowPercent: 75, med: { kind: 'add', value: 100 }, communities: [], withdraw: false },
    { belowPercent: 50, med: { kind: 'add', value: 50 }, communities: ['1:1'], withdraw: false },
    { belowPercent: 30, med: null, communities: [], withdraw: true },
  ] as const;
  const servers = ['a', 'b', 'c', 'd'].map((name) => server(`web/${name}`));
  const degrading = config({
    startupTimeoutMs: 50,
    services: [service('web', servers)],
    routes: [route('r', 'web', { degrade: steps })],
  });
  test('every step that applies adds up; the last one may withdraw', () => {
    const inputs = { 'web/a': 'u-d', 'web/b': 'u--d', 'web/c': 'u---d', 'web/d': 'u-----u' };
    const turns = play(degrading, inputs, { r: 'A--AW' });
    assert.deepEqual(
      announced(turns).map((one) => one && [one.med, one.communities]),
      [[100, []], [200, []], null],
    );
    play(degrading, { ...inputs, 'web/c': 'u---d--u' }, { r: 'A--AW--A' });
  });

  test('a server whose observer is lost keeps its part with on_lost: hold', () => {
    const held = { lostHoldMs: 2, onLost: 'hold' } as const;
    const pool = ['a', 'b'].map((name) => server(`web/${name}`, 1, held));
    const rules = { ...degrading, services: [service('web', pool)] };
    play(rules, { 'web/a': 'u', 'web/b': 'u-l' }, { 'web/b': 'U---?', r: 'A' });
  });

  test('servers without a verdict are no loss, until startup_timeout', () => {
    const turns = play(degrading, { 'web/a': 'u', 'web/b': '--u' }, { r: 'A 49ms A' });
    assert.deepEqual(
      announced(turns).map((one) => one?.med),
      [100, 200],
    );
    assert.equal(turns.at(-1)?.decisions[0]?.cause.kind, 'startup-timeout');
    assert.match(
      turns.at(-1)?.decisions[0]?.because ?? '',
      /^50% of capacity left; web is up \(2/u,
    );
  });
});
