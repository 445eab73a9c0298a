import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Config } from '../../../src/model/config.ts';
import type { Rule } from '../../../src/model/rule.ts';
import { explainRule } from '../../../src/core/health/explain.ts';
import { createCore } from '../../../src/core/create.ts';
import { observe } from '../../../src/core/observe.ts';
import { takeTurn } from '../../../src/core/turn.ts';
import { config, down, lost, named, route, server, service, signal, up } from '../fixtures.ts';
import { lastBecause, play } from '../play.ts';

const web = service('web', [server('web/10.0.1.11:443'), server('web/10.0.1.12:443')]);

function both(...of: readonly Rule[]): Config {
  return config({
    signals: [signal('tor-a'), signal('uplink-a')],
    services: [web],
    routes: [route('r', { kind: 'all', of })],
  });
}

describe('because', () => {
  test('says each part of the rule, and the servers that are not up with their reasons', () => {
    const rules = both(named('web'), named('tor-a'));
    const inputs = { 'tor-a': 'u', 'web/10.0.1.11:443': 'u-d', 'web/10.0.1.12:443': 'u--d' };
    const turns = play(rules, inputs, { r: 'A--W' });
    assert.deepEqual(
      turns.flatMap(({ decisions }) => decisions.map(({ because }) => because)),
      [
        'web is up; tor-a is up',
        'web is down (0 of 2 servers up: 10.0.1.11:443 refused, 10.0.1.12:443 refused); tor-a is up',
      ],
    );
  });

  test('says nested rules and counts', () => {
    const any: Rule = { kind: 'any', of: [named('tor-a'), named('uplink-a')] };
    const two: Rule = { kind: 'at_least', count: 2, of: [named('tor-a'), named('web')] };
    const rules = both(any, { kind: 'not', rule: two });
    const turns = play(rules, { 'tor-a': 'd', 'uplink-a': 'u' }, { r: 'A' });
    assert.equal(
      lastBecause(turns, 'r'),
      'any of (tor-a is down (refused); uplink-a is up); ' +
        'not (at least 2 of (tor-a is down (refused); ' +
        'web is unknown (0 of 2 servers up: 10.0.1.11:443 no result yet, 10.0.1.12:443 no result yet)))',
    );
  });

  test('names three failing servers of many, and never grows past its limit', () => {
    const servers = Array.from({ length: 15 }, (_, i) => server(`web/10.0.1.${i}:443`));
    const rules = config({ services: [service('web', servers)], routes: [route('r', 'web')] });
    const inputs = Object.fromEntries(servers.map(({ key }) => [key, 'u-d']));
    assert.equal(
      lastBecause(play(rules, inputs, {}), 'r'),
      'web is down (0 of 15 servers up: ' +
        '10.0.1.0:443 refused, 10.0.1.1:443 refused, 10.0.1.2:443 refused, and 12 more)',
    );
  });

  test('is cut at a whole character, whatever a source says', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const rules = config({
      signals: names.map((name) => signal(`${name}${'x'.repeat(30)}`)),
      routes: [
        route('r', { kind: 'any', of: names.map((name) => named(`${name}${'x'.repeat(30)}`)) }),
      ],
    });
    const core = createCore(rules, 0);
    for (const { name } of rules.signals)
      observe(core, down(name, 1, 'x'.concat('😀'.repeat(500))));
    const because = takeTurn(core, 1)?.decisions[0]?.because ?? '';
    assert.equal(because.length <= 300, true, because);
    assert.equal(because, Buffer.from(because).toString());
    assert.match(because, /…$/u);
  });

  test('of many parts those that decide come first', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const all: Rule = { kind: 'all', of: names.map(named) };
    const rules = config({ signals: names.map((name) => signal(name)), routes: [route('r', all)] });
    const inputs = Object.fromEntries(names.map((name) => [name, name === 'f' ? 'u-d' : 'u']));
    const turns = play(rules, inputs, { r: 'A-W' });
    assert.equal(
      lastBecause(turns, 'r'),
      'f is down (refused); a is up; b is up; c is up; and 2 more',
    );
  });
});

describe('cause', () => {
  const rules = both(named('web'), named('tor-a'));

  test('is the observation that completed the run', () => {
    const twice = { ...rules, signals: [signal('tor-a', { fall: 2 }), signal('uplink-a')] };
    const inputs = { 'tor-a': 'u-dd', 'web/10.0.1.11:443': 'u' };
    const turns = play(twice, inputs, { r: 'A--W' });
    const decision = turns.at(-1)?.decisions[0];
    const root = { kind: 'observation', observation: down('tor-a', 3) } as const;
    assert.deepEqual(decision?.cause, root);
    assert.deepEqual(turns.at(-1)?.changes[0], {
      name: 'tor-a',
      from: 'up',
      to: 'down',
      reason: 'refused',
      atMs: 3,
      cause: root,
    });
  });

  test('of a service is that of the server that tipped it; of a route the part that decides', () => {
    const inputs = {
      'tor-a': 'd--u',
      'web/10.0.1.11:443': 'u-d',
      'web/10.0.1.12:443': 'u--d',
    };
    const [, , last] = play({ ...rules, routes: [route('r', 'web')] }, inputs, { r: 'A--W' });
    const root = { kind: 'observation', observation: down('web/10.0.1.12:443', 3) };
    assert.deepEqual(last?.changes.find(({ name }) => name === 'web')?.cause, root);
    // In the instant tor-a comes up, web goes down: that is why the route stays away.
    const turns = play(rules, { ...inputs, 'tor-a': 'u--u' }, { r: 'A--W' });
    assert.deepEqual(turns.at(-1)?.decisions[0]?.cause, root);
  });

  test('of several parts that change at once is the one that decides', () => {
    const inputs = { 'tor-a': 'd-u', 'uplink-a': 'u-d' };
    const any: Rule = { kind: 'any', of: [named('uplink-a'), named('tor-a')] };
    const turns = play(both(any, named('uplink-a')), inputs, { r: 'A-W' });
    assert.deepEqual(turns.at(-1)?.decisions[0]?.cause, {
      kind: 'observation',
      observation: down('uplink-a', 2),
    });
  });
});

describe('the server that tipped a service', () => {
  const servers = [server('web/a', 2), server('web/b', 1)];
  const quorum = { kind: 'weight', weight: 2 } as const;
  const rules = config({ services: [service('web', servers, { quorum })] });

  test('is the one seen last, not the last in the file', () => {
    const core = createCore(rules, 0);
    for (const one of [up('web/a', 1), up('web/b', 1)]) observe(core, one);
    takeTurn(core, 1);
    const root = down('web/a', 5);
    for (const one of [down('web/b', 4), root]) observe(core, one);
    const change = takeTurn(core, 6)?.changes.find(({ name }) => name === 'web');
    assert.deepEqual(change?.cause, { kind: 'observation', observation: root });
  });

  test('is one that moved it that way, not one that moved it back', () => {
    const core = createCore(rules, 0);
    for (const one of [up('web/a', 1), down('web/b', 1)]) observe(core, one);
    takeTurn(core, 1);
    const root = down('web/a', 5);
    for (const one of [root, up('web/b', 5)]) observe(core, one);
    const change = takeTurn(core, 6)?.changes.find(({ name }) => name === 'web');
    assert.deepEqual(change?.cause, { kind: 'observation', observation: root });
  });
});

describe('explainRule', () => {
  test('gives the tree with the value of each node', () => {
    const all: Rule = { kind: 'all', of: [named('web'), { kind: 'not', rule: named('tor-a') }] };
    const core = createCore(both(all), 0);
    observe(core, up('web/10.0.1.11:443', 1));
    observe(core, lost('tor-a', 1));
    takeTurn(core, 10_001);
    assert.deepEqual(explainRule(core, all, 10_001), {
      kind: 'all',
      health: 'up',
      label: 'all of',
      reason: '',
      parts: [
        {
          kind: 'name',
          health: 'up',
          label: 'web',
          reason: '1 of 2 servers up: 10.0.1.12:443 no result yet',
          parts: [],
        },
        {
          kind: 'not',
          health: 'up',
          label: 'not',
          reason: '',
          parts: [
            {
              kind: 'name',
              health: 'down',
              label: 'tor-a',
              reason: 'observer lost: socket closed; counts as down',
              parts: [],
            },
          ],
        },
      ],
    });
    // The configuration refuses such a rule, so only a bug can ask for it.
    assert.throws(() => explainRule(core, named('gone'), 0), /expected a target in a rule: gone/u);
  });
});
