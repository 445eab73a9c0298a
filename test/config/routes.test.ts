import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Route } from '../../src/model/route.ts';
import type { Rule } from '../../src/model/rule.ts';
import { formatProblem } from '../../src/config/problems.ts';
import { accepted, configOf, routeWith, serviceWith } from './read.ts';

function routeOf(lines: readonly string[], more = ''): Route {
  const [route] = configOf(routeWith(lines, more)).routes;
  assert.ok(route);
  return route;
}

describe('a route', () => {
  test('with nothing but prefix and when has these defaults', () => {
    assert.deepEqual(routeOf([]), {
      key: '192.0.2.10/32',
      prefix: '192.0.2.10/32',
      pathId: null,
      neighbor: null,
      when: { kind: 'name', name: 'web' },
      attributes: {
        nextHop: 'self',
        med: null,
        localPreference: null,
        asPath: [],
        communities: [],
        largeCommunities: [],
        extendedCommunities: [],
      },
      degrade: [],
      onStop: 'withdraw',
      drainMs: 5000,
      drainMed: 1000,
      drainConnections: null,
    } satisfies Route);
  });

  test('its key names prefix, path and neighbor, all canonical', () => {
    const { key, neighbor } = routeOf(['path_id: 7', 'neighbor: "2001:DB8::0:1"']);
    assert.equal(key, '192.0.2.10/32#7@2001:db8::1');
    assert.equal(neighbor, '2001:db8::1');
  });

  test('one number as AS path is a path of one', () => {
    assert.deepEqual(routeOf(['as_path: 65000']).attributes.asPath, [65000]);
    assert.deepEqual(routeOf(['as_path: [65000, 65001]']).attributes.asPath, [65000, 65001]);
  });

  test('an IPv6 prefix with next_hop self is accepted with a warning', () => {
    const text = `${serviceWith('{ type: tcp }')}routes:
  - { prefix: "2001:db8::10/128", when: web }
  - { prefix: "2001:db8::11/128", when: web, next_hop: "2001:db8::1" }
outputs: { exabgp: { via: stdio } }
`;
    assert.deepEqual(accepted(text).warnings.map(formatProblem), [
      'lb.yaml:8:15 routes[0].prefix: an IPv6 prefix with next_hop self: over an IPv4 session the peer discards it: give an address',
    ]);
  });
});

describe('the ladder', () => {
  const nodes = 'nodes: [lb-x, lb-a, lb-c]\n';
  const routes = ['10', '11', '12', '13'].map(
    (host) =>
      `  - { prefix: 192.0.2.${host}/32, when: web, med: { ladder: { base: 50, step: 10 } } }`,
  );
  const text = (node: string): string =>
    `node: ${node}\n${serviceWith('{ type: tcp }', nodes)}routes:\n${routes.join('\n')}\n`;

  test('each route starts at another node, and each node has another rung', () => {
    const meds = ['lb-x', 'lb-a', 'lb-c'].map((node) =>
      configOf(text(node)).routes.map((route) => route.attributes.med),
    );
    assert.deepEqual(meds, [
      [50, 70, 60, 50],
      [60, 50, 70, 60],
      [70, 60, 50, 70],
    ]);
  });

  test('draining is worse than every rung of every node', () => {
    const drains = configOf(text('lb-a')).routes.map((route) => route.drainMed);
    assert.deepEqual(drains, [1080, 1080, 1080, 1080]);
  });
});

describe('degrade', () => {
  test('steps are sorted, +100 adds and 100 sets', () => {
    const { degrade } = routeOf([
      'degrade:',
      '  - { below: 20%, withdraw: true }',
      '  - { below: 75%, med: +100 }',
      '  - { below: 50%, med: 100, communities: ["65535:0"] }',
      '  - { below: 40.5%, med: "+7" }',
    ]);
    assert.deepEqual(
      degrade.map(({ belowPercent, med, withdraw }) => [belowPercent, med, withdraw]),
      [
        [75, { kind: 'add', value: 100 }, false],
        [50, { kind: 'set', value: 100 }, false],
        [40.5, { kind: 'add', value: 7 }, false],
        [20, null, true],
      ],
    );
  });

  test('draining is no better than what degrade can reach, and never above 32 bits', () => {
    const steps = 'degrade: [{ below: 75%, med: +5000 }, { below: 50%, med: 10 }]';
    assert.equal(routeOf(['med: 100', steps]).drainMed, 5100);
    assert.equal(routeOf(['med: 100']).drainMed, 1100);
    assert.equal(routeOf(['med: 4294967295']).drainMed, 4_294_967_295);
  });
});

describe('rules', () => {
  const cases: readonly (readonly [string, Rule])[] = [
    ['web', { kind: 'name', name: 'web' }],
    ['[web]', { kind: 'all', of: [{ kind: 'name', name: 'web' }] }],
    ['{ any: [web, [web]] }', anyOf(web(), { kind: 'all', of: [web()] })],
    ['{ not: { all: [web] } }', { kind: 'not', rule: { kind: 'all', of: [web()] } }],
    ['{ at_least: 1, of: [web, web] }', { kind: 'at_least', count: 1, of: [web(), web()] }],
    // A real server is a signal too: its port may come from the virtual, its name is canonical.
    ['web/10.0.1.11:443', { kind: 'name', name: 'web/10.0.1.11:443' }],
    ['"six/[2001:DB8::1]:443"', { kind: 'name', name: 'six/[2001:db8::1]:443' }],
  ];
  for (const [text, rule] of cases) {
    test(text, () => {
      const six = '  six: { check: { type: tcp }, real_servers: ["[2001:db8::1]:443"] }\n';
      const [route] = configOf(
        `${serviceWith('{ type: tcp }')}${six}routes:\n  - prefix: 192.0.2.10/32\n    when: ${text}\n`,
      ).routes;
      assert.deepEqual(route?.when, rule);
    });
  }
});

function web(): Rule {
  return { kind: 'name', name: 'web' };
}

function anyOf(...of: readonly Rule[]): Rule {
  return { kind: 'any', of };
}
