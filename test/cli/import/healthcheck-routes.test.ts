import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fixture, imported, routesOf, withOptions } from './healthcheck-read.ts';

function run(ip: string): string {
  return `run exabgp healthcheck -c true --ip ${ip};`;
}

function neighbor(address: string, local: string): string {
  return `\nneighbor ${address} { local-address ${local}; api { processes [ a ]; } }`;
}

describe('import exabgp-healthcheck: whom it announces to, and what', () => {
  test('processes of different neighbors: each route names its own', () => {
    const result = fixture('two-neighbors');
    assert.deepEqual(routesOf(result), [
      ['192.0.2.192/32@192.0.2.129', '192.0.2.133', 100],
      ['192.0.2.192/32@192.0.2.130', '192.0.2.134', 100],
    ]);
    assert.ok(result.notes.some((note) => note.startsWith('11: processes [ dns-1 ]')));
    assert.match(result.yaml, /when: \[dns-1, dns-1-enabled\]/u);
  });

  test('templates, groups and processes within a neighbor are read', () => {
    const text = `
process a { ${run('192.0.2.1')} }
process b { ${run('192.0.2.2')} }
template { neighbor t { api { processes [ a ]; } } }
neighbor 10.0.0.1 { inherit t; }
group g { api { processes [ b ]; } neighbor 10.0.0.2 { } }
neighbor 10.0.0.3 { process c { ${run('192.0.2.3')} } }
`;
    assert.deepEqual(
      imported(text).config.routes.map(({ key }) => key),
      ['192.0.2.1/32@10.0.0.1', '192.0.2.2/32@10.0.0.2', '192.0.2.3/32@10.0.0.3'],
    );
    const shared = text.replace('[ b ]', '[ a, b ]').replace('neighbor 10.0.0.3', 'x');
    const { config } = imported(shared.replace('process c', 'y c'));
    assert.deepEqual(
      config.routes.map(({ key }) => key),
      ['192.0.2.1/32', '192.0.2.2/32@10.0.0.2'],
    );
  });

  test('neighbors of one group keep their own lists; processes-match is read; the last run counts', () => {
    const text = `
group g {
  neighbor 10.0.0.1 { api { processes-match [ "dns-[0-9]" ]; } }
  neighbor 10.0.0.2 { api { processes [ web
 ]; } }
  neighbor 10.0.0.3 { api { processes-match [ "(" ]; } }
}
process dns-1 { ${run('192.0.2.1')} }
process web { run /bin/first; ${run('192.0.2.2')} }
`;
    const { config, notes } = imported(text);
    assert.deepEqual(
      config.routes.map(({ key }) => key),
      ['192.0.2.1/32@10.0.0.1', '192.0.2.2/32@10.0.0.2'],
    );
    assert.ok(notes.some((note) => note.startsWith('6: processes-match names no process')));
    assert.ok(notes.some((note) => note.startsWith('9: process web: run /bin/first: left out')));
  });

  test('a process that no neighbor lists, or not the one it names, is named', () => {
    const text = `
neighbor 10.0.0.1 { api { processes [ a ]; } }
process a { ${run('192.0.2.1 --neighbor 10.0.0.2')} }
process b { ${run('192.0.2.2')} }
`;
    const { notes } = imported(text);
    assert.ok(notes.some((note) => note.startsWith('3: --neighbor 10.0.0.2: it does not list a')));
    assert.ok(notes.some((note) => note.startsWith('4: no neighbor lists b in its api')));
  });

  test('a process that each neighbor has, as in 3.4, is one', () => {
    const process = `{ process a { ${run('192.0.2.1')} receive { parsed; } } }`;
    const { config, notes } = imported(
      `neighbor 10.0.0.1 ${process}\nneighbor 10.0.0.2 ${process}`,
    );
    assert.deepEqual(
      config.routes.map(({ key }) => key),
      ['192.0.2.1/32'],
    );
    assert.ok(notes.includes('1: process a: receive { … }: left out'));
  });

  test('several processes for one prefix are one route, which says so', () => {
    const start = 'run exabgp healthcheck --ip 192.0.2.1 -c';
    const { config, yaml } = imported(
      `process a { ${start} a; }\nprocess b { ${start} b -N 10.0.0.1; }`,
    );
    assert.equal(config.routes.length, 1);
    assert.match(yaml, /when: \[a, b\]/u);
    assert.match(yaml, /# .*announced more than once/u);
    assert.match(yaml, /# left out, b: next_hop 10\.0\.0\.1, med 100/u);
  });

  test('what it put on lo is named; nothing where it put nothing there', () => {
    const { yaml, notes } = fixture('label-ip');
    assert.match(yaml, /# line 6: healthcheck put 192\.0\.2\.13\/32 on lo/u);
    assert.match(yaml, /"ip address add 192\.0\.2\.13\/32 dev lo label lo:nginx"/u);
    assert.ok(notes.some((note) => note.startsWith('6: --label nginx: left out')));
    assert.doesNotMatch(withOptions('').yaml, /on lo/u);
    const { notes: more } = withOptions('--ip-ifname 192.0.2.1%eth0 --dynamic-ip-setup --sudo');
    for (const name of ['--ip-ifname 192.0.2.1%eth0', '--dynamic-ip-setup', '--sudo']) {
      assert.ok(more.some((note) => note.startsWith(`2: ${name}: left out, nothing here adds`)));
    }
  });

  test('an IPv6 route never has the next hop "self"', () => {
    const text = `process a { ${run('2001:db8::53').replace(';', ' --no-ip-setup;')} }`;
    const one = imported(text + neighbor('2001:db8::1', '2001:db8::2'));
    assert.deepEqual(routesOf(one), [['2001:db8::53/128', '2001:db8::2', 100]]);
    const two = imported(
      text + neighbor('2001:db8::1', '2001:db8::2') + neighbor('192.0.2.1', '192.0.2.2'),
    );
    assert.deepEqual(routesOf(two), [['2001:db8::53/128@2001:db8::1', '2001:db8::2', 100]]);
    assert.match(two.yaml, /# - prefix: 2001:db8::53\/128\n.*\n {2}# {3}next_hop: ADDRESS/u);
    const none = imported(text);
    assert.deepEqual(none.config.routes, []);
    assert.match(none.yaml, /# line 1: 2001:db8::53\/128 is left out until you give its next_hop/u);
    const given = imported(text.replace('-c', '-N 2001:db8::9 --neighbor 10.0.0.1 -c'));
    assert.deepEqual(routesOf(given), [['2001:db8::53/128@10.0.0.1', '2001:db8::9', 100]]);
    for (const { yaml } of [one, two, none, given]) assert.doesNotMatch(yaml, /next_hop: self/u);
  });

  test('the order of addresses, networks and metrics', () => {
    const result = withOptions(
      '--ip 192.0.2.8/30 --start-ip 1 --deaggregate-networks --up-metric 0 --increase 10',
    );
    assert.deepEqual(routesOf(result), [
      ['192.0.2.8/32', 'self', 0],
      ['192.0.2.9/32', 'self', 10],
      ['192.0.2.10/32', 'self', 20],
      ['192.0.2.11/32', 'self', 30],
      ['192.0.2.1/32', 'self', 40],
    ]);
  });

  test('attributes, by name or number', () => {
    const { config, notes } = withOptions(
      '--community "[ no-export 65000:1 x ]" --as-path 1 --up-as-path "[ 65000 65001 ]" --large-community 1:2:3 --extended-community target:1:2 --path-id 7',
    );
    const [route] = config.routes;
    assert.equal(route?.pathId, 7);
    assert.deepEqual(route.attributes.communities, ['65535:65281', '65000:1']);
    assert.deepEqual(route.attributes.asPath, [65_000, 65_001]);
    assert.deepEqual(route.attributes.largeCommunities, ['1:2:3']);
    assert.deepEqual(route.attributes.extendedCommunities, ['target:1:2']);
    assert.ok(notes.some((note) => note.startsWith('2: --community x: left out')));
  });
});
