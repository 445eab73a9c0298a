import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  eachAttribute,
  encodeRequest,
  familyRequest,
  joined,
  nestedAttribute,
  numberAttribute,
  parseFamily,
  parseReplies,
  stringAttribute,
  textIn,
  u16Attribute,
  u32Attribute,
  u8Attribute,
} from '../../src/protocol/genetlink.ts';
import { conversation, hex } from './ipvs/golden.ts';

test('golden: the look-up of a family and its answer', () => {
  const { asked, answered } = conversation('the size of the table');
  assert.equal(hex(encodeRequest(1, familyRequest('IPVS'))), hex(asked[0]));
  const [reply] = parseReplies(answered[0] ?? new Uint8Array());
  assert.ok(reply?.kind === 'data');
  assert.equal(reply.sequence, 1);
  assert.equal(parseFamily(reply.attributes), 28);
});

test('golden: results in the order of their requests', () => {
  const { answered } = conversation('eight changes');
  const replies = answered.flatMap((datagram) => parseReplies(datagram));
  const results = replies.map((reply) => (reply.kind === 'result' ? reply.errno : reply.kind));
  assert.deepEqual(results, [2, 3, 17, 34, 22, 2, 0]);
});

test('several messages in one datagram, and its end in the middle of one', () => {
  const { answered } = conversation('the whole table');
  const datagram = answered[0] ?? new Uint8Array();
  const kinds = parseReplies(datagram).map(({ kind }) => kind);
  assert.deepEqual(kinds, ['data', 'data', 'data', 'data', 'data', 'data']);
  const cut = parseReplies(datagram.subarray(0, datagram.length - 1));
  assert.equal(cut.length, 6);
  assert.equal(cut.at(-1)?.kind, 'broken');
});

test('any bytes are replies or broken, never a throw or an endless walk', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const reply of parseReplies(bytes)) {
        if (reply.kind === 'data') eachAttribute(reply.attributes, () => {});
      }
      eachAttribute(bytes, () => {});
    }),
  );
});

test('attributes come back as they were written', () => {
  const written = fc.record({
    u8: fc.nat(255),
    u16: fc.nat(65_535),
    u32: fc.nat(0xffff_ffff),
    text: fc.stringMatching(/^[a-z]{0,9}$/),
  });
  fc.assert(
    fc.property(written, ({ u8, u16, u32, text }) => {
      const bytes = joined([
        u8Attribute(1, u8),
        u16Attribute(2, u16),
        u32Attribute(3, u32),
        nestedAttribute(4, [u32Attribute(9, u32), stringAttribute(10, text)]),
      ]);
      assert.equal(numberAttribute(bytes, 1), u8);
      assert.equal(numberAttribute(bytes, 2), u16);
      assert.equal(numberAttribute(bytes, 3), u32);
      const inner: [number, string][] = [];
      eachAttribute(bytes, (type, within, start, end) => {
        // The flag that says `nested` is no part of the type.
        if (type !== 4) return;
        eachAttribute(within, (of, ...each) => inner.push([of, textIn(...each)]), start, end);
      });
      assert.equal(inner.length, 2);
      assert.deepEqual(inner[1], [10, text]);
    }),
  );
});

test('a damaged attribute ends the walk', () => {
  const bytes = joined([u32Attribute(1, 7), u32Attribute(2, 8)]);
  // The second one's length points behind the end, or is too short to be one.
  for (const length of [9, 3, 0]) {
    bytes[8] = length;
    const seen: number[] = [];
    assert.equal(
      eachAttribute(bytes, (type) => seen.push(type)),
      false,
    );
    assert.deepEqual(seen, [1]);
    assert.equal(numberAttribute(bytes, 1), null);
  }
});
