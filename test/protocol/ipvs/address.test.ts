import assert from 'node:assert/strict';
import { isIP, SocketAddress } from 'node:net';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  addressBytes,
  addressText,
  tableEndpointText,
  familyOf,
  parseTableEndpoint,
} from '../../../src/protocol/ipvs/address.ts';
import { address } from './arbitrary.ts';

test('an address comes back as it was, spelt as the C library spells it', () => {
  fc.assert(
    fc.property(address, (text) => {
      const bytes = addressBytes(text);
      assert.ok(bytes !== null);
      assert.equal(addressText(bytes, familyOf(text)), text);
      const family = familyOf(text) === 4 ? 'ipv4' : 'ipv6';
      assert.equal(text, new SocketAddress({ address: text, family }).address);
    }),
  );
});

test('every spelling that Node takes gives the same bytes, and no other is accepted', () => {
  const spelt = fc.oneof(
    fc.ipV6(),
    fc.ipV4(),
    fc.stringMatching(/^[0-9a-f:.]{0,20}$/),
    fc.stringMatching(/^[0-9]{1,3}(\.[0-9]{1,3}){3}$/),
  );
  fc.assert(
    fc.property(spelt, (text) => {
      const bytes = addressBytes(text);
      assert.equal(bytes !== null, isIP(text) !== 0, text);
      if (bytes === null) return;
      const family = isIP(text) === 4 ? 'ipv4' : 'ipv6';
      const canonical = new SocketAddress({ address: text, family }).address;
      assert.equal(addressText(bytes, familyOf(text)), canonical);
    }),
    { numRuns: 1000 },
  );
});

test('an endpoint comes back as it was', () => {
  fc.assert(
    fc.property(address, fc.nat(65_535), (text, port) => {
      assert.deepEqual(parseTableEndpoint(tableEndpointText(text, port)), { address: text, port });
    }),
  );
});

test('what is no endpoint is none', () => {
  for (const text of [
    '',
    '10.0.0.1',
    '10.0.0.1:',
    '10.0.0.1:65536',
    '2001:db8::1:80',
    '[10.0.0.1]:80',
    'web:80',
    '[::1]:http',
  ]) {
    assert.equal(parseTableEndpoint(text), null, text);
  }
});

test('too few bytes are no address', () => {
  assert.equal(addressText(new Uint8Array(3), 4), null);
  assert.equal(addressText(new Uint8Array(15), 6), null);
});
