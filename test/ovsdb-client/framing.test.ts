import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { Framer } from '../../src/ovsdb-client/wire/framing.ts';

const limit = 1000;

interface Read {
  readonly messages: readonly unknown[];
  readonly fault: string | null;
}

/** Pushes the chunks until the first fault. */
function read(chunks: readonly Uint8Array[], framer = new Framer(limit)): Read {
  const messages: unknown[] = [];
  for (const chunk of chunks) {
    const frames = framer.push(chunk);
    messages.push(...frames.messages);
    if (frames.fault !== null) return { messages, fault: frames.fault.reason };
  }
  return { messages, fault: null };
}

function readText(text: string): Read {
  return read([Buffer.from(text)]);
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.toSorted((left, right) => left - right), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index] ?? 0, end));
}

describe('framing', () => {
  test('takes objects one after another, with or without blanks between', () => {
    assert.deepEqual(readText('{}{}{}').messages, [{}, {}, {}]);
    assert.deepEqual(readText(' {}\n\t{"a":[1]}\r\n').messages, [{}, { a: [1] }]);
  });

  test('is not fooled by braces and quotes inside strings', () => {
    const tricky = { 'a{': '}"\\', b: ['{[', '\\"}', '\\\\'] };
    assert.deepEqual(readText(JSON.stringify(tricky).repeat(2)).messages, [tricky, tricky]);
  });

  test('gives the same messages however the bytes are cut', () => {
    const message = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 5 }),
        fc.infiniteStream(fc.nat()),
        (all, random) => {
          const bytes = Buffer.from(all.map((one) => JSON.stringify(one)).join(''));
          const cuts = [...random.take(8)].map((cut) => cut % (bytes.length + 1));
          const framer = new Framer(1_000_000);
          assert.deepEqual(read(cutAt(bytes, cuts), framer), {
            messages: all.map((one): unknown => JSON.parse(JSON.stringify(one))),
            fault: null,
          });
          assert.equal(framer.pendingBytes, 0);
        },
      ),
    );
  });

  test('joins a UTF-8 character that was split between chunks', () => {
    const bytes = Buffer.from('{"city":"Zürich 🌍"}');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      assert.deepEqual(read(cutAt(bytes, [cut])).messages, [{ city: 'Zürich 🌍' }]);
    }
  });

  test('gives what was whole before garbage, and then a reason', () => {
    assert.deepEqual(readText('{"a":1}HTTP/1.1 200 OK\r\nServer: x'), {
      messages: [{ a: 1 }],
      fault: '"HTTP/1.1 200 OK" where a message should begin',
    });
    assert.deepEqual(readText('{}]'), {
      messages: [{}],
      fault: '"]" where a message should begin',
    });
    assert.equal(readText('[1]').fault, '"[1]" where a message should begin');
  });

  for (const [bad, reason] of [
    ['{]', 'invalid JSON: "{]"'],
    ['{"a":}', 'invalid JSON: "{\\"a\\":}"'],
    ['{"\u0007":1}', 'invalid JSON: "{\\"\\x07\\":1}"'],
  ] as const) {
    test(`says that ${JSON.stringify(bad)} is no JSON`, () => {
      assert.equal(readText(bad).fault?.replaceAll('"', ''), reason.replaceAll(/\\?"/gu, ''));
    });
  }

  test('refuses what is not UTF-8', () => {
    const { fault } = read([Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])]);
    assert.match(fault ?? '', /^invalid JSON/u);
  });

  test('takes a message of exactly the limit and refuses one more byte, whole or in pieces', () => {
    const exact = Buffer.from(`{"a":"${'x'.repeat(limit - 8)}"}`);
    assert.equal(exact.length, limit);
    const over = Buffer.from(`{"a":"${'x'.repeat(limit - 7)}"}`);
    for (const cuts of [[], [1], [500], [limit - 1]]) {
      assert.equal(read(cutAt(exact, cuts)).fault, null);
      assert.equal(read(cutAt(over, cuts)).fault, `a message of more than ${limit} bytes`);
    }
  });

  test('refuses 100 MB without an end at the limit, and never keeps more than it', () => {
    const framer = new Framer(1_000_000);
    framer.push(Buffer.from('{"a":"'));
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let pushed = 0;
    for (; pushed < 100_000_000; pushed += chunk.length) {
      if (framer.push(chunk).fault !== null) break;
      assert.ok(framer.pendingBytes <= 1_000_000);
    }
    assert.ok(pushed <= 1_000_000, `${pushed} bytes were taken`);
  });

  test('looks at each byte once: a million chunks of one byte take no longer than they must', () => {
    // Going over the buffer again for each chunk would be 5 × 10^11 steps: it would not end.
    const framer = new Framer(2_000_000);
    framer.push(Buffer.from('{"a":"'));
    const byte = Buffer.from('x');
    for (let count = 0; count < 1_000_000; count += 1) framer.push(byte);
    assert.equal(framer.push(Buffer.from('"}')).messages.length, 1);
  });

  test('refuses nesting that no OVSDB server sends', () => {
    const deep = `{"a":${'['.repeat(1000)}`;
    assert.equal(
      read([Buffer.from(deep)], new Framer(1_000_000)).fault,
      'a message nested deeper than 1000',
    );
  });
});
