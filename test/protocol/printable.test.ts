import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as holds, integer, property, string } from 'fast-check';
import { isPlainAscii, printable, withoutControls } from '../../src/protocol/printable.ts';

/** The rule, in words of its own: no blank but the plain one, and nothing of Unicode's class "other". */
const isForbidden = (character: string): boolean =>
  character !== ' ' && /^[\p{C}\p{Z}]$/u.test(character);

test('what steers a terminal, ends a line or turns its direction becomes a blank', () => {
  assert.equal(withoutControls('refused\u001b[2J\r\nforged'), 'refused [2J forged');
  assert.equal(withoutControls('a\u2028b\u202ec\u3000d\ud800e'), 'a b c d e');
  assert.equal(
    withoutControls('   indented, größer, 日本, 😀  '),
    '   indented, größer, 日本, 😀  ',
  );
});

test('a piece of a message has single blanks within, none around it, and a bounded length', () => {
  assert.equal(printable('\t a \n\n b  c\0', 100), 'a b c');
  assert.equal(printable('x'.repeat(5000), 10), `${'x'.repeat(9)}…`);
  assert.equal(printable(`${'a'.repeat(8)}\u{1f600}b`, 10), `${'a'.repeat(8)}…`);
  assert.equal(printable('\u001b\n\u2029', 10), '');
  assert.equal(printable('any length', Infinity), 'any length');
});

test('property: whatever comes, what goes out is printable, short, and stays as it is', () => {
  const anything = string({ unit: 'binary', maxLength: 300 });
  holds(
    property(anything, integer({ min: 1, max: 100 }), (text, maxChars) => {
      const whole = withoutControls(text);
      assert.ok(!Array.from(whole).some(isForbidden));
      assert.equal(withoutControls(whole), whole);
      const short = printable(text, maxChars);
      assert.ok(!Array.from(short).some(isForbidden));
      assert.ok(short.length <= maxChars);
      assert.equal(printable(short, maxChars), short);
      if (isPlainAscii(text)) assert.equal(whole, text);
    }),
  );
});
