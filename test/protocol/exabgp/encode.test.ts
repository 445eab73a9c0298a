import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  COMMAND_MAX_BYTES,
  type EncodedCommand,
  encodeBatchHead,
  encodeChange,
} from '../../../src/protocol/exabgp/encode.ts';
import { attributes, route } from '../../sinks/exabgp/sample.ts';

const plain = route('192.0.2.10/32');

function line(encoded: EncodedCommand): string {
  assert.ok(encoded.ok, encoded.ok ? '' : encoded.reason);
  return encoded.line;
}

describe('one route in one line', () => {
  test('an announcement has its next-hop first, then its attributes', () => {
    const all = attributes({
      med: 100,
      localPreference: 200,
      asPath: [65001, 65010],
      communities: ['65000:100', '65535:0'],
      largeCommunities: ['65000:1:2'],
      extendedCommunities: ['target:65000:100', 'origin:70000:5'],
    });
    assert.equal(
      line(encodeChange({ route: plain, attributes: all, nextHop: 'self' })),
      'announce route 192.0.2.10/32 next-hop self med 100 local-preference 200 as-path [ 65001 65010 ]' +
        ' community [ 65000:100 65535:0 ] large-community [ 65000:1:2 ]' +
        ' extended-community [ target:65000:100 origin:70000:5 ]',
    );
  });

  test('a withdraw has a next-hop too', () => {
    const withdraw = { route: plain, attributes: null, nextHop: 'self' };
    assert.equal(line(encodeChange(withdraw)), 'withdraw route 192.0.2.10/32 next-hop self');
  });

  test('path id and neighbor are in both forms, because a withdraw without them does nothing', () => {
    const special = route('2001:db8:1::10/128', { pathId: 7, neighbor: '10.99.0.2' });
    const nextHop = '2001:db8::1';
    const announce = { route: special, attributes: attributes({ nextHop, med: 0 }), nextHop };
    const tail = 'route 2001:db8:1::10/128 next-hop 2001:db8::1 path-information 7';
    assert.equal(line(encodeChange(announce)), `neighbor 10.99.0.2 announce ${tail} med 0`);
    const withdraw = { route: special, attributes: null, nextHop };
    assert.equal(line(encodeChange(withdraw)), `neighbor 10.99.0.2 withdraw ${tail}`);
  });
});

describe('the head of a line for many routes', () => {
  test('carries the next-hop also in a withdraw, which would reset the session without it', () => {
    const head = encodeBatchHead({ route: plain, attributes: null, nextHop: 'self' });
    assert.equal(line(head), 'withdraw attributes next-hop self nlri');
  });

  test('is refused for a path id, which ExaBGP would drop and say done', () => {
    const special = route('192.0.2.10/32', { pathId: 1 });
    const head = encodeBatchHead({ route: special, attributes: attributes(), nextHop: 'self' });
    assert.equal(head.ok, false);
  });
});

describe('what the encoder refuses', () => {
  const bad: readonly [string, Parameters<typeof encodeChange>[0]][] = [
    ['a prefix without length', change(route('192.0.2.10'))],
    ['a prefix too long', change(route('192.0.2.10/33'))],
    ['an octet too large', change(route('192.0.2.256/32'))],
    ['a leading zero', change(route('192.0.2.010/32'))],
    ['IPv6 with two gaps', change(route('2001::db8::1/128'))],
    ['IPv6 with nine groups', change(route('1:2:3:4:5:6:7:8:9/128'))],
    ['a next-hop by name', { ...change(plain), nextHop: 'gateway' }],
    ['a neighbor by name', change(route('192.0.2.10/32', { neighbor: '*' }))],
    ['a path id out of range', change(route('192.0.2.10/32', { pathId: 2 ** 32 }))],
    ['a MED that gets no answer', change(plain, { med: 2 ** 32 })],
    ['a MED that is no whole number', change(plain, { med: 1.5 })],
    ['a negative local preference', change(plain, { localPreference: -1 })],
    ['a community that gets no answer', change(plain, { communities: ['70000:1'] })],
    ['the community that shuts ExaBGP down', change(plain, { communities: ['graceful-shutdown'] })],
    ['a community of three parts', change(plain, { communities: ['1:2:3'] })],
    ['a large community of two', change(plain, { largeCommunities: ['1:2'] })],
    [
      'an extended community of another kind',
      change(plain, { extendedCommunities: ['l2info:1:2'] }),
    ],
    ['both parts of four bytes', change(plain, { extendedCommunities: ['target:70000:70000'] })],
    ['an AS out of range', change(plain, { asPath: [2 ** 32] })],
    [
      'a line above 4096 bytes',
      change(plain, { communities: Array.from({ length: 700 }, (_, i) => `65000:${i}`) }),
    ],
  ];
  for (const [what, input] of bad) test(what, () => assert.equal(encodeChange(input).ok, false));

  test('any string anywhere never makes a second line, a control character or a word of its own', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\n', '1:2\nx', '::1/0\r'),
    );
    fc.assert(
      fc.property(text, text, text, text, (prefix, nextHop, community, neighbor) => {
        const encoded = encodeChange({
          route: { ...plain, prefix, neighbor },
          attributes: attributes({
            communities: [community],
            largeCommunities: [community],
            extendedCommunities: [community],
          }),
          nextHop,
        });
        if (encoded.ok) assert.match(encoded.line, /^[a-z0-9:./ [\]-]+$/u);
        else assert.match(encoded.reason, /^[^\p{Cc}]*$/u);
      }),
    );
    for (const poison of ['192.0.2.1/32\nshutdown', '192.0.2.1/32 ', 'é', '192.0.2.1/32\u0000'])
      assert.equal(encodeChange(change(route(poison))).ok, false);
  });

  test('whatever is valid fits in one write', () => {
    const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(fc.array(u32, { maxLength: 300 }), u32, (asPath, med) => {
        const encoded = encodeChange(change(plain, { asPath, med }));
        if (encoded.ok) assert.ok(encoded.line.length <= COMMAND_MAX_BYTES);
      }),
    );
  });
});

function change(
  of: ReturnType<typeof route>,
  overrides: Parameters<typeof attributes>[0] = {},
): Parameters<typeof encodeChange>[0] {
  return { route: of, attributes: attributes(overrides), nextHop: 'self' };
}
