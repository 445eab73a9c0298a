import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { decodeLine } from '../../../src/protocol/exabgp/decode.ts';
import { LineReader } from '../../../src/protocol/exabgp/line-reader.ts';
import { attributes } from '../../sinks/exabgp/sample.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('lines', () => {
  test('are the same wherever the pipe cuts', () => {
    const text = 'done\n\nerror\nexabgp 4.2.21\nunfinished';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const reader = new LineReader();
      const lines = [
        ...reader.push(bytes(text.slice(0, cut))),
        ...reader.push(bytes(text.slice(cut))),
      ];
      assert.deepEqual(lines, ['done', '', 'error', 'exabgp 4.2.21']);
    }
  });

  test('ten megabytes without a newline cost one notice and nothing after them', () => {
    const reader = new LineReader();
    const chunk = new Uint8Array(65_536).fill(0x41);
    const lines: (string | null)[] = [];
    for (let sent = 0; sent < 10 << 20; sent += chunk.length) lines.push(...reader.push(chunk));
    lines.push(...reader.push(bytes('tail\ndone\n')));
    assert.deepEqual(lines, [null, 'done']);
  });

  test('of exactly the limit are kept', () => {
    const line = 'x'.repeat(100);
    assert.deepEqual(new LineReader(100).push(bytes(`${line}\n`)), [line]);
  });
});

describe('replies', () => {
  const simple: readonly [string, string][] = [
    ['done', 'done'],
    ['error', 'error'],
    ['', 'other'],
    ['Peer            AS        up/down state       |     #sent     #recvd', 'summary-header'],
    ['10.99.0.2       65002     0:00:23 established           2          2', 'summary-row'],
    ['shutdown 5667 1', 'shutdown'],
    ['neighbor 10.99.0.2 receive update start', 'other'],
    ['neighbor 10.99.0.2 {', 'text'],
    ['  adj-rib-out true;', 'text'],
    ['{ "exabgp": ', 'garbage'],
    ['{"unknown":true}', 'garbage'],
    ['\u0000\u0001\u00ff', 'garbage'],
  ];
  for (const [line, kind] of simple)
    test(`${JSON.stringify(line)} is ${kind}`, () => assert.equal(decodeLine(line).kind, kind));

  test('a version', () => {
    assert.deepEqual(decodeLine('exabgp 5.0.13'), { kind: 'version', version: '5.0.13' });
  });

  test('states in both encoders', () => {
    const down = { kind: 'state', neighbor: '10.99.0.2', state: 'down', reason: 'peer reset' };
    assert.deepEqual(decodeLine('neighbor 10.99.0.2 down - peer reset'), down);
    const event =
      '{ "exabgp": "4.0.1", "type": "state", "neighbor": { "address": { "local": "10.99.0.1",' +
      ' "peer": "10.99.0.2" }, "state": "down", "reason": "peer reset" } }';
    assert.deepEqual(decodeLine(event), down);
    const colored = event.replace('peer reset', String.raw`peer\u001b\n reset`);
    assert.deepEqual(decodeLine(colored), down);
  });

  test('a reason is cut to a length that a log can take', () => {
    const text = 'x'.repeat(100_000);
    const event = JSON.stringify({
      type: 'state',
      neighbor: { address: { peer: '10.99.0.2' }, state: 'down', reason: text },
    });
    for (const line of [`neighbor 10.99.0.2 down - ${text}`, event]) {
      const reply = decodeLine(line);
      assert.ok(reply.kind === 'state' && reply.reason.length === 300);
    }
  });

  test('no input at all throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (line) => void decodeLine(line)));
    fc.assert(fc.property(fc.json(), (line) => void decodeLine(line)));
  });
});

describe('routes that ExaBGP holds', () => {
  const session =
    'neighbor 10.99.0.2 local-ip 10.99.0.1 local-as 65001 peer-as 65002 router-id 10.99.0.1 family-allowed in-open';

  test('4.x and 5.x print the same announcement differently', () => {
    const common =
      'med 0 local-preference 200 community [ 0:1 65535:0 blackhole no-export ]' +
      ' extended-community [ origin:65000:0.0.0.1 target:70000L:65535 ] large-community 65000:1:2';
    const wanted = attributes({
      med: 0,
      localPreference: 200,
      asPath: [65001, 65010],
      communities: ['0:1', '65535:0', '65535:666', '65535:65281'],
      largeCommunities: ['65000:1:2'],
      extendedCommunities: ['origin:65000:1', 'target:70000:65535'],
    });
    const four = decodeLine(
      `${session} ipv4 unicast 192.0.2.11/32 next-hop self as-path [ 65001 65010 ] ${common}`,
    );
    assert.ok(four.kind === 'route');
    assert.deepEqual(four.route.attributes, wanted);
    const five = decodeLine(
      `${session} ipv4 unicast 192.0.2.11/32 next-hop 10.99.0.1 origin igp as-path ( 65001 65010 ) ${common}`,
    );
    assert.ok(five.kind === 'route');
    assert.deepEqual(five.route.attributes, { ...wanted, nextHop: '10.99.0.1' });
    assert.equal(five.route.localAddress, '10.99.0.1');
  });

  test('a path id is printed like an address', () => {
    const reply = decodeLine(
      `${session} ipv6 unicast 2001:db8:1::1/128 path-information 0.0.1.1 next-hop 2001:db8::1 med 5`,
    );
    assert.ok(reply.kind === 'route');
    assert.equal(reply.route.pathId, 257);
    assert.equal(reply.route.prefix, '2001:db8:1::1/128');
  });

  test('what we never announce makes the attributes unknown', () => {
    for (const extra of ['origin incomplete', 'aigp 5', 'atomic-aggregate'])
      assert.deepEqual(
        routeOf(`${session} ipv4 unicast 192.0.2.1/32 next-hop self ${extra}`),
        null,
      );
  });

  test('the short forms have no attributes', () => {
    for (const line of [
      'neighbor 10.99.0.2 ipv4 unicast 192.0.2.10/32 next-hop self',
      '10.99.0.2 ipv4 unicast 192.0.2.10/32 next-hop 10.99.0.1',
    ])
      assert.equal(routeOf(line), null);
  });
});

function routeOf(line: string): unknown {
  const reply = decodeLine(line);
  assert.ok(reply.kind === 'route');
  assert.equal(reply.route.neighbor, '10.99.0.2');
  return reply.route.attributes;
}
