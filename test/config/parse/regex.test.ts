import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assert as hold, constantFrom, property, stringMatching } from 'fast-check';
import { known, parseRegex } from '../../../src/config/parse.ts';

const ANSWER_BYTES = 64 * 1024;

function testOf(pattern: string): (text: string) => boolean {
  const regex = known(parseRegex(pattern));
  return (text) => regex.test(text);
}

function messageOf(pattern: string): string {
  const parsed = parseRegex(pattern);
  assert.ok(!parsed.ok, `${pattern} was accepted`);
  return parsed.message;
}

/** Patterns that stop a backtracking engine for seconds or for ever, each with its text. */
const bad: readonly (readonly [pattern: string, unit: string, end: string])[] = [
  ['/^(a+)+$/', 'a', 'b'],
  ['/^(a|a)*$/', 'a', 'b'],
  ['/^(a|aa)+$/', 'a', 'b'],
  ['/(.*)*x$/', 'y', ''],
  ['/(x+x+)+y/', 'x', ''],
  ['/status.*ok/', 'status ', ''],
  ['/status.*ok/s', 'status ', ''],
  ['/^(\\w+\\s?)*$/', 'word ', '!'],
  ['/(a?){50}a{50}$/', 'a', 'b'],
  ['/^(([a-z])+.)+[A-Z]([a-z])+$/', 'a', ''],
];

describe('a regular expression of the configuration', () => {
  for (const [pattern, unit, end] of bad) {
    test(`${pattern} takes linear time on the longest answer`, () => {
      const matches = testOf(pattern);
      const text = unit.repeat(ANSWER_BYTES / unit.length) + end;
      // The bound is patience: a backtracking engine takes seconds for the mildest of these.
      const beganMs = performance.now();
      assert.equal(matches(text), false);
      assert.ok(performance.now() - beganMs < 1000);
    });
  }

  test('matches as JavaScript does, with its flags', () => {
    const word = stringMatching(/^[a-cA-C\n é]{0,12}$/u);
    const pattern = constantFrom('^a', 'b$', 'a.b', '[^a]c', '(a|bc)+', 'a{2,3}', '\\bc', 'é?a');
    const flags = constantFrom('', 'i', 'm', 's', 'ims', 'u');
    hold(
      property(pattern, flags, word, (source, flag, text) => {
        const expected = new RegExp(source, flag.includes('u') ? flag : `${flag}u`).test(text);
        assert.equal(testOf(`/${source}/${flag}`)(text), expected);
      }),
    );
  });

  test('takes what is written in JavaScript alone', () => {
    assert.ok(testOf('/gr\\u00fcn|\\x41/')('grün'));
    assert.ok(testOf('/[^]ok/')('\nok'));
    assert.ok(testOf('/^\\/health$/')('/health'));
    assert.ok(testOf('/(?<word>ok)/')('ok'));
    assert.ok(testOf('/[(?=a]\\\\1/')('=\\1'), 'within a class, and behind an escaped backslash');
  });

  test('is refused where only backtracking can match it, with what to write instead', () => {
    const [around, back] = ['use two checks', 'write out what it repeats'];
    for (const [pattern, part, remedy] of [
      ['/(?=.*ok)a/', '(?=', around],
      ['/a(?!b)/', '(?!', around],
      ['/(?<=a)b/', '(?<=', around],
      ['/(?<!a)b/', '(?<!', around],
      ['/(a)\\1/', '\\1', back],
      ['/(?<n>a)\\k<n>/', '\\k<', back],
    ] as const) {
      const message = messageOf(pattern);
      assert.ok(message.includes(`(${part})`) && message.includes(remedy), message);
    }
  });

  test('is refused where it is no expression, repeats beyond bounds, or is too long', () => {
    assert.match(messageOf('/(a/'), /does not compile/u);
    assert.match(messageOf('/a{2000}/'), /does not compile/u);
    assert.match(messageOf('/((a{500}){500}){5}/'), /does not compile/u);
    assert.match(messageOf(`/${'a'.repeat(1001)}/`), /at most 1000 characters/u);
    assert.match(messageOf('ok'), /between slashes/u);
  });
});
