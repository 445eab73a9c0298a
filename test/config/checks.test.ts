import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Check, UdpCheck } from '../../src/model/check.ts';
import { configOf, serviceWith } from './read.ts';

function checkOf(check: string, more = ''): Check {
  const server = configOf(serviceWith(check, more)).services[0]?.realServers[0];
  assert.ok(server);
  return server.check;
}

function udpOf(check: string): UdpCheck {
  const resolved = checkOf(check);
  assert.ok(resolved.type === 'udp');
  return resolved;
}

describe('times of a check', () => {
  test('without any key: every second, half of it to answer, a fifth while unsettled', () => {
    const { intervalMs, timeoutMs, fastIntervalMs } = checkOf('{ type: tcp }');
    assert.deepEqual([intervalMs, timeoutMs, fastIntervalMs], [1000, 500, 200]);
  });

  test('the fast interval is at least 50 ms, and never longer than the interval', () => {
    assert.equal(checkOf('{ type: tcp, interval: 100ms }').fastIntervalMs, 50);
    assert.equal(checkOf('{ type: tcp, interval: 30ms }').fastIntervalMs, 30);
  });

  test('check_defaults, then the check, then the server: the later one wins', () => {
    const text = `check_defaults: { interval: 4s, rise: 7, fall: 8 }
services:
  web:
    check: { type: tcp, fall: 9, timeout: 3s }
    real_servers: [10.0.1.11:1, { address: 10.0.1.12:1, check: { timeout: 1s, port: 2 } }]
`;
    const [first, second] = configOf(text).services[0]?.realServers ?? [];
    assert.deepEqual(
      [first, second].map((server) => [
        server?.check.intervalMs,
        server?.check.timeoutMs,
        server?.check.settle.rise,
        server?.check.settle.fall,
        server?.check.port,
      ]),
      [
        [4000, 3000, 7, 9, null],
        [4000, 1000, 7, 9, 2],
      ],
    );
  });
});

describe('how results become health', () => {
  test('defaults: 2 up, 3 down, no delay, no damping, 10 s for a lost observer', () => {
    assert.deepEqual(checkOf('{ type: tcp }').settle, {
      rise: 2,
      fall: 3,
      updelayMs: 0,
      downdelayMs: 0,
      damping: null,
      lostHoldMs: 10_000,
      onLost: 'down',
    });
  });

  test('damping that is given in part has defaults for the rest', () => {
    assert.deepEqual(checkOf('{ type: tcp, damping: {} }').settle.damping, {
      halfLifeMs: 30_000,
      suppress: 3,
      reuse: 1,
    });
  });

  test('links and sessions settle at the first result, and up has to hold', () => {
    const { signals } = configOf(`signals:
  a: { type: link, interface: eth0 }
  b: { type: bfd, interface: eth0, rise: 2 }
  c: { type: exec, command: [/bin/true] }
  d: { type: execd, command: [/bin/true], trigger: self }
`);
    assert.deepEqual(
      signals.map(({ settle }) => [settle.rise, settle.fall, settle.updelayMs]),
      [
        [1, 1, 1000],
        [2, 1, 3000],
        [2, 3, 0],
        [1, 1, 0],
      ],
    );
  });
});

describe('what is sent and expected', () => {
  test('text is UTF-8, hex: is bytes, nothing is an empty datagram', () => {
    assert.deepEqual(
      udpOf('{ type: udp, send: "é\\r\\n" }').send,
      new Uint8Array([195, 169, 13, 10]),
    );
    assert.deepEqual(udpOf('{ type: udp, send: "hex: 00 fF" }').send, new Uint8Array([0, 255]));
    assert.deepEqual(udpOf('{ type: udp }').send, new Uint8Array());
  });

  test('expect is none, bytes, or a regular expression with its flags', () => {
    assert.deepEqual(udpOf('{ type: udp }').expect, { kind: 'none' });
    assert.deepEqual(udpOf('{ type: udp, expect: none }').expect, { kind: 'none' });
    assert.deepEqual(udpOf('{ type: udp, expect: "hex:8180" }').expect, {
      kind: 'bytes',
      bytes: new Uint8Array([0x81, 0x80]),
    });
    const { expect } = udpOf('{ type: udp, expect: /^ok/i }');
    assert.ok(expect.kind === 'regex');
    const { source, flags } = expect.regex;
    assert.deepEqual({ source, flags }, { source: '^ok', flags: 'i' });
    assert.ok(expect.regex.test('OK then') && !expect.regex.test('not OK'));
  });

  test('the source address of probes is canonical', () => {
    assert.equal(checkOf('{ type: tcp, source: "2001:DB8:0:0::1" }').source, '2001:db8::1');
  });
});

test('equal checks and equal rules are one object, whatever service they are in', () => {
  const { services } = configOf(`services:
  a: { check: { type: tcp, rise: 1 }, real_servers: [10.0.0.1:1, 10.0.0.2:1] }
  b: { check: { rise: 1, type: tcp }, real_servers: [10.0.0.3:1, { address: 10.0.0.4:1, check: { rise: 1 } }] }
  c: { check: { type: udp, rise: 1 }, real_servers: [10.0.0.5:1] }
`);
  const checks = services.flatMap((service) => service.realServers.map((server) => server.check));
  assert.equal(new Set(checks).size, 2);
  assert.equal(new Set(checks.map((check) => check.settle)).size, 1);
});
