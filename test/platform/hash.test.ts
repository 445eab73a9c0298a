import assert from 'node:assert/strict';
import { test } from 'node:test';
import { known, parseRegex } from '../../src/config/parse.ts';
import { hashOf } from '../../src/platform/hash.ts';

function of(pattern: string, byte: number): string {
  return hashOf({ check: { body: known(parseRegex(pattern)), send: Uint8Array.of(byte) } });
}

test('a hash distinguishes patterns and bytes, and is the same for equal values', () => {
  assert.equal(of('/ok/u', 1), of('/ok/u', 1));
  assert.notEqual(of('/ok/u', 1), of('/ok/iu', 1));
  assert.notEqual(of('/ok/u', 1), of('/ok/u', 2));
  assert.match(of('/ok/u', 1), /^[0-9a-f]{16}$/u);
});
