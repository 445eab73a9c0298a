import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { parseRecord } from '../../../src/cli/replay/parse.ts';

describe('a line of the journal', () => {
  test('that is a turn is the same by the short way and by JSON', () => {
    const anyMs = fc.oneof(fc.double({ noNaN: true, min: -1e15, max: 1e15 }), fc.nat());
    fc.assert(
      fc.property(anyMs, (atMs) => {
        const text = JSON.stringify({ kind: 'turn', atMs });
        assert.deepEqual(parseRecord(text), parseRecord(` ${text}`));
        assert.deepEqual(parseRecord(text), { kind: 'turn', atMs: JSON.parse(String(atMs)) });
      }),
    );
  });

  test('that is no record says what is wrong with it', () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['{"kind":"turn","atMs":1', /not a complete line/u],
      ['{"kind":"turn","atMs":"1"}', /^atMs: /u],
      ['{"kind":"turn","atMs":01}', /not a complete line/u],
      ['{"kind":"start","format":2,"atMs":0}', /format 1/u],
      ['{"kind":"turn","atMs":1e16}', /^atMs: /u],
      [
        '{"kind":"start","format":1,"atMs":0,"wallMs":1e300,"node":"","version":"","config":""}',
        /^wallMs: /u,
      ],
      ['[]', /./u],
    ];
    for (const [text, expected] of wrong) {
      const found = parseRecord(text);
      assert.ok('problem' in found, text);
      assert.match(found.problem, expected);
    }
  });
});
