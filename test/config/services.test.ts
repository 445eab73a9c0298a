import { emptyConfig } from '../empty-config.ts';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatProblem } from '../../src/config/problems.ts';
import { accepted, configOf, linesOf, readText } from './read.ts';

function udpText(expect: string): string {
  return `services:
  syslog: { check: { type: udp, send: x, expect: ${expect} }, real_servers: [10.0.0.2:514] }
  trap: { check: { type: udp, send: x, expect: none }, real_servers: [10.0.0.2:162, 10.0.0.3:162] }
`;
}

describe('services', () => {
  test('udp checks that share the ICMP errors of an address are warned of, with what it costs', () => {
    const [first, ...more] = accepted(udpText('none')).warnings.map(formatProblem);
    assert.match(
      first ?? '',
      /^lb\.yaml:2:\d+ services\.syslog: 2 udp checks with expect: none share the address 10\.0\.0\.2 .* every 2200ms and not every 1s; use expect: or a tcp check/u,
    );
    assert.equal(more.length, 1);
    assert.deepEqual(accepted(udpText('pong')).warnings, []);
  });

  test('addresses are canonical, ports come from the virtual where they are left out', () => {
    const [service] = configOf(`services:
  web:
    virtual: "[2001:DB8::0:10]:443/tcp"
    check: { type: tcp }
    quorum: 50%
    hysteresis: 1
    real_servers: ["[2001:DB8:0::11]", { address: "[2001:db8::12]:8443", weight: 4, domain: rack-1 }]
`).services;
    assert.deepEqual(service?.virtual, {
      kind: 'address',
      address: '2001:db8::10',
      port: 443,
      protocol: 'tcp',
    });
    assert.deepEqual(service.quorum, { kind: 'percent', percent: 50 });
    assert.deepEqual(service.hysteresis, { kind: 'weight', weight: 1 });
    assert.deepEqual(
      service.realServers.map(({ key, address, port, weight, domain }) => [
        key,
        address,
        port,
        weight,
        domain,
      ]),
      [
        ['web/[2001:db8::11]:443', '2001:db8::11', 443, null, null],
        ['web/[2001:db8::12]:8443', '2001:db8::12', 8443, 4, 'rack-1'],
      ],
    );
  });

  test('a firewall mark', () => {
    const [service] = configOf(
      'services: { a: { virtual: fwmark 7, check: { type: tcp }, real_servers: [10.0.0.1:1] } }',
    ).services;
    assert.deepEqual(service?.virtual, { kind: 'fwmark', mark: 7 });
  });

  test('the check may be left out where each server has its own', () => {
    const own = '{ address: 10.0.0.1:1, check: { type: udp } }';
    const [service] = configOf(`services: { a: { real_servers: [${own}] } }`).services;
    assert.equal(service?.realServers[0]?.check.type, 'udp');
  });

  test('with IPVS its weights decide, so a quorum above the number of servers may be meant', () => {
    assert.deepEqual(linesOf(readText(quorumOf100('{ ipvs: { via: netlink } }'))), []);
    assert.deepEqual(linesOf(readText(quorumOf100('{ ipvs: { dry_run: true } }'))), []);
    assert.match(linesOf(readText(quorumOf100('{ ipvs: { via: off } }')))[0] ?? '', /never be met/);
  });

  test('all weights 0 may be meant, with a warning', () => {
    const server = '{ address: 10.0.0.1:1, weight: 0 }';
    const { warnings } = accepted(
      `services: { a: { check: { type: tcp }, quorum: 1, real_servers: [${server}] } }`,
    );
    assert.deepEqual(warnings.map(formatProblem), [
      'lb.yaml:1:65 services.a.real_servers: every weight is 0: the service can never be up',
    ]);
  });
});

describe('the rest of the file', () => {
  test('a file with one key has all defaults', () => {
    const { config, later, warnings, summary } = accepted('log: {}\n');
    assert.deepEqual(config, {
      ...emptyConfig,
      ovsdb: {
        remote: 'unix:/var/run/openvswitch/db.sock',
        vswitchdPidfile: '/var/run/openvswitch/ovs-vswitchd.pid',
        tls: null,
      },
    });
    assert.deepEqual([later, warnings], [[], []]);
    assert.deepEqual(summary, { signals: 0, services: 0, realServers: 0, routes: 0 });
  });

  test('outputs and the budget', () => {
    const { config } = accepted(`max_withdraw: { share: 12.5%, per: 1m }
outputs: { exabgp: { via: pipe, in: /run/exabgp.in, out: /run/exabgp.out, window: 9 } }
`);
    assert.deepEqual(config.maxWithdraw, { share: 0.125, perMs: 60_000 });
    assert.deepEqual(config.exabgp, {
      via: 'pipe',
      inPath: '/run/exabgp.in',
      outPath: '/run/exabgp.out',
      ackTimeoutMs: 2000,
      window: 9,
    });
    assert.deepEqual(accepted('outputs: { exabgp: { via: stdio } }').config.exabgp, {
      via: 'stdio',
      ackTimeoutMs: 2000,
      window: 64,
    });
  });

  test('the admin API may listen beyond loopback once it has a token', () => {
    assert.ok(readText('admin: { listen: "0.0.0.0:9127", token_file: /etc/token }').ok);
    assert.ok(readText('admin: { listen: "[::1]:9127" }').ok);
    assert.ok(readText('admin: { listen: "127.3.2.1:9127" }').ok);
  });
});

function quorumOf100(outputs: string): string {
  return `services:
  a: { check: { type: tcp }, quorum: 100, real_servers: [10.0.0.1:1] }
outputs: ${outputs}
`;
}
