import assert from 'node:assert/strict';
import { isIP, SocketAddress } from 'node:net';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { parseAddress } from '../../src/config/parse/address.ts';
import { endpointText, parseEndpoint } from '../../src/config/parse/endpoint.ts';
import { parsePrefix } from '../../src/config/parse/prefix.ts';
import { known } from '../../src/config/parse/result.ts';

/** Many zeros, as real addresses have: random words alone would hardly ever make a `::`. */
const word = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer({ min: 0, max: 0xffff }));
const words = fc.array(word, { minLength: 8, maxLength: 8 });
const octets = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 });

/** All eight words, upper or lower case, with or without leading zeros. */
const written = fc.tuple(words, fc.boolean(), fc.boolean()).map(([parts, upper, padded]) => {
  const text = parts.map((part) => part.toString(16).padStart(padded ? 4 : 1, '0')).join(':');
  return upper ? text.toUpperCase() : text;
});

describe('addresses', () => {
  test('IPv6 has the canonical form of the C library, however it is written', () => {
    fc.assert(
      fc.property(written, (text) => {
        const node = new SocketAddress({ address: text, family: 'ipv6' }).address;
        assert.equal(known(parseAddress(text)).text, node);
        assert.equal(known(parseAddress(node)).text, node);
      }),
      { numRuns: 2_000 },
    );
  });

  test('IPv4 in its one form, also at the end of IPv6', () => {
    fc.assert(
      fc.property(octets, (parts) => {
        const text = parts.join('.');
        assert.equal(known(parseAddress(text)).text, text);
        assert.equal(known(parseAddress(`::FFFF:${text}`)).text, `::ffff:${text}`);
      }),
    );
  });

  test('what node:net knows as no address is none, and the other way round', () => {
    const nearly = fc.oneof(
      fc.string({ unit: fc.constantFrom('0', '1', '9', 'a', 'F', ':', '.', '::'), maxLength: 12 }),
      fc.tuple(written, fc.nat(38)).map(([text, at]) => text.slice(at)),
      fc.tuple(written, fc.nat(38)).map(([text, at]) => `${text.slice(0, at)}::`),
      octets.map((parts) => `::${parts.join('.')}`),
    );
    fc.assert(
      fc.property(nearly, (text) => {
        assert.equal(parseAddress(text).ok, isIP(text) !== 0, text);
      }),
      { numRuns: 5_000 },
    );
  });

  test('leading zeros and zones are refused', () => {
    for (const text of ['010.0.0.1', '10.0.0.01', '::ffff:010.0.0.1', 'fe80::1%eth0', '::%', '']) {
      assert.equal(parseAddress(text).ok, false, text);
    }
  });
});

describe('prefixes', () => {
  const anyPrefix = fc.oneof(
    fc.tuple(
      octets.map((parts) => parts.join('.')),
      fc.nat(32),
    ),
    fc.tuple(written, fc.nat(128)),
  );

  test('the prefix that is suggested for one with host bits is accepted, and holds the address', () => {
    fc.assert(
      fc.property(anyPrefix, ([text, length]) => {
        const parsed = parsePrefix(`${text}/${length}`);
        const suggested = parsed.ok ? parsed.value.text : /mean (.*)\?$/.exec(parsed.message)?.[1];
        assert.ok(suggested !== undefined);
        const network = known(parsePrefix(suggested));
        assert.equal(network.text, suggested);
        const bits = bitsOf(known(parseAddress(text)).parts);
        assert.equal(bitsOf(network.address.parts).slice(0, length), bits.slice(0, length));
        assert.match(bitsOf(network.address.parts).slice(length), /^0*$/);
      }),
      { numRuns: 1_000 },
    );
  });

  test('lengths', () => {
    for (const text of ['10.0.0.0/33', '10.0.0.0/08', '10.0.0.0/', '10.0.0.0/-1', '::/129', '/8']) {
      assert.equal(parsePrefix(text).ok, false, text);
    }
    assert.equal(known(parsePrefix('0.0.0.0/0')).text, '0.0.0.0/0');
  });
});

test('an endpoint is read from what it is written as', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        octets.map((o) => o.join('.')),
        written,
      ),
      fc.integer({ min: 1, max: 65_535 }),
      (text, port) => {
        const address = known(parseAddress(text));
        assert.deepEqual(known(parseEndpoint(endpointText(address, port))), { address, port });
      },
    ),
  );
});

function bitsOf(parts: readonly number[]): string {
  const width = parts.length === 4 ? 8 : 16;
  return parts.map((part) => part.toString(2).padStart(width, '0')).join('');
}
