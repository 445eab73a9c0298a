import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readConfig } from '../../src/config/read.ts';
import { reuse } from '../../src/cli/reuse.ts';
import type { Config } from '../../src/model/config.ts';
import { inSlices } from '../../src/platform/slices.ts';

const yaml = `
signals:
  load: { type: exec, command: [/bin/true], interval: 30s, timeout: 5s }
services:
  web:
    check: { type: http, body: "/ok|ready/i" }
    real_servers: ["10.0.1.11:80", { address: "10.0.1.12:80", weight: 100 }]
  dns:
    check: { type: udp, send: "hex:0001", expect: "/^\\\\w+$/" }
    real_servers: ["10.0.2.11:53"]
routes:
  - { prefix: 192.0.2.1/32, when: [web, load] }
  - { prefix: 192.0.2.2/32, when: dns }
outputs: { exabgp: { via: stdio } }
`;

function load(text: string): Config {
  const result = readConfig({
    file: 'r.yaml',
    folder: '/',
    bytes: new TextEncoder().encode(text),
    hostname: 'lb-a',
  });
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.problems));
  return result.config;
}

describe('a configuration that was read beside the daemon', () => {
  test('is made of the parts in force where they are the same', async () => {
    const old = load(yaml);
    const next = await inSlices(reuse(old, structuredClone(load(yaml))));
    assert.deepEqual(next, old);
    assert.ok(next.services.every((service, index) => service === old.services[index]));
    assert.ok(next.routes.every((route, index) => route === old.routes[index]));
    assert.equal(next.signals[0], old.signals[0]);
  });

  test('brings what changed, and only that', async () => {
    const old = load(yaml);
    const changed = load(yaml.replace('weight: 100', 'weight: 50'));
    const next = await inSlices(reuse(old, structuredClone(changed)));
    const [web, dns] = next.services;
    assert.equal(web?.realServers[0], old.services[0]?.realServers[0]);
    assert.equal(web?.realServers[1]?.weight, 50);
    assert.equal(dns, old.services[1]);
    assert.notEqual(web, old.services[0]);
  });

  test('has regular expressions that match', async () => {
    const empty = load('check_defaults: { interval: 1s }');
    const next = await inSlices(reuse(empty, structuredClone(load(yaml))));
    const [web, dns] = next.services.map(({ realServers }) => realServers[0]?.check);
    assert.ok(web?.type === 'http' && web.body?.test('READY') === true);
    assert.ok(dns?.type === 'udp' && dns.expect.kind === 'regex');
    assert.equal(dns.expect.regex.test('a b'), false);
  });
});

function* busy(): Generator<undefined, string> {
  for (let n = 0; n < 12; n += 1) {
    const endMs = performance.now() + 5;
    while (performance.now() < endMs);
    yield;
  }
  return 'done';
}

test('work in slices lets others have their turn', async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  assert.equal(await inSlices(busy()), 'done');
  clearInterval(timer);
  assert.ok(turns >= 3, String(turns));
});
