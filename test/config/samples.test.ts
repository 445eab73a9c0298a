import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { formatProblem } from '../../src/config/problems.ts';
import { accepted, type Accepted } from './read.ts';

const folder = new URL('../../config/', import.meta.url);
// Rules for Prometheus have a test of their own.
const samples = readdirSync(folder).filter(
  (file) => file.endsWith('.yaml') && !file.startsWith('prometheus-'),
);

function sample(file: string): Accepted {
  return accepted(readFileSync(new URL(file, folder), 'utf8'));
}

describe('the samples', () => {
  for (const file of samples) {
    test(`${file} is accepted without a warning`, () => {
      assert.deepEqual(sample(file).warnings.map(formatProblem), []);
    });
  }

  for (const file of samples.filter((name) => name !== 'full-reference.yaml')) {
    test(`${file} can be run by this version`, () => {
      assert.deepEqual(sample(file).later.map(formatProblem), []);
    });
  }

  test('probes-to-bgp.yaml says what its comments say', () => {
    const { config, summary } = sample('probes-to-bgp.yaml');
    assert.deepEqual(summary, { signals: 0, services: 3, realServers: 8, routes: 3 });
    assert.deepEqual(
      config.routes.map((route) => route.attributes.med),
      [100, 300, 100],
    );
    const ports = config.services.map((service) => service.realServers.map(({ port }) => port));
    assert.deepEqual(ports, [
      [443, 443, 443],
      [8443, 8443, 8443],
      [514, 514],
    ]);
  });

  test('the query of anycast-dns.yaml is one: twelve octets, then the root, NS, IN', () => {
    const check = sample('anycast-dns.yaml').config.services[0]?.realServers[0]?.check;
    assert.ok(check?.type === 'udp');
    assert.equal(check.send.length, 12 + 1 + 2 + 2);
  });

  test('the samples of links and BFD say what their comments say', () => {
    const uplinks = sample('uplinks-bfd.yaml').config;
    assert.deepEqual(
      uplinks.signals.map(({ settle }) => [settle.updelayMs, settle.lostHoldMs]),
      [
        [3000, 10_000],
        [3000, 10_000],
      ],
    );
    assert.deepEqual(uplinks.ovsdb, sample('link-only.yaml').config.ovsdb);
    const { ovsdb } = sample('ovs-remote-tls.yaml').config;
    assert.equal(ovsdb.vswitchdPidfile, null);
    assert.ok(ovsdb.tls?.certificate && ovsdb.tls.privateKey);
    assert.equal(sample('link-only.yaml').config.signals[0]?.settle.updelayMs, 1000);
  });
});
