import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parse, stringify } from 'yaml';
import type { ConfigResult } from '../../src/config/read.ts';
import { formatProblem, type Problem } from '../../src/config/problems.ts';
import { isContainer } from '../../src/config/positions.ts';
import { readText } from './read.ts';

const sample = readFileSync(new URL('../../config/full-reference.yaml', import.meta.url), 'utf8');
const tree: unknown = parse(sample);

/** Each problem is one printable line that stands inside the file. */
function assertSound(text: string, result: ConfigResult): void {
  const lines = text.split('\n');
  const problems: readonly Problem[] = result.ok
    ? [...result.later, ...result.warnings]
    : result.problems;
  assert.ok(result.ok || problems.length > 0, 'refused without a problem');
  for (const problem of problems) {
    const { line, column } = problem;
    assert.ok(line >= 1 && line <= lines.length, `line ${line} of ${lines.length}`);
    const width = lines[line - 1]?.length ?? 0;
    assert.ok(column >= 1 && column <= width + 1, `column ${column} of ${width}`);
    assert.match(formatProblem(problem), /^lb\.yaml:[0-9]+:[0-9]+ \P{Cc}+: \P{Cc}+$/u);
  }
}

const noise = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\n',
    ': ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '#',
    '&a ',
    '*a ',
    '!!',
    '%',
    '\t',
    '\u0007',
  ),
  fc.string({ maxLength: 4, unit: 'binary' }),
);

test('text with any piece replaced never throws, and problems stand inside the file', () => {
  const cut = fc.tuple(fc.nat(sample.length), fc.nat(30), noise);
  fc.assert(
    fc.property(fc.array(cut, { minLength: 1, maxLength: 3 }), (cuts) => {
      let text = sample;
      for (const [at, length, put] of cuts)
        text = text.slice(0, at) + put + text.slice(at + length);
      assertSound(text, readText(text));
    }),
    { numRuns: 100 },
  );
});

const anyValue = fc.oneof(
  fc.constantFrom(null, true, [], {}, '', '5s', '50%', 'web', '10.0.0.1:1', '::/0', 7, -1, 0.5),
  fc.constantFrom([[]], { all: [] }, { type: 'tcp' }, { type: 'udp', send: 'hex:0' }, [null], {
    a: 1,
  }),
  fc.jsonValue({ maxDepth: 2 }),
);

test('a tree with any values replaced, removed or renamed never throws', () => {
  const change = fc.record({
    at: fc.array(fc.nat(12), { minLength: 1, maxLength: 6 }),
    kind: fc.constantFrom('put', 'remove', 'rename'),
    value: anyValue,
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) => {
      const copy = structuredClone(tree);
      for (const { at, kind, value } of changes) mutate(copy, at, kind, structuredClone(value));
      const text = stringify(copy, { aliasDuplicateObjects: false });
      assertSound(text, readText(text));
    }),
    { numRuns: 150 },
  );
});

/** Follows `at`, the n-th child at each level, and changes what is there. */
function mutate(root: unknown, at: readonly number[], kind: string, value: unknown): void {
  let container = root;
  for (const [depth, step] of at.entries()) {
    if (!isContainer(container)) return;
    const keys = Object.keys(container);
    const key = keys[step % Math.max(1, keys.length)];
    if (key === undefined) return;
    const child: unknown = Reflect.get(container, key);
    if (depth < at.length - 1 && isContainer(child)) {
      container = child;
      continue;
    }
    if (kind === 'put') Reflect.set(container, key, value);
    else if (Array.isArray(container)) container.splice(Number(key), 1);
    else {
      Reflect.deleteProperty(container, key);
      if (kind === 'rename') Reflect.set(container, `${key}x`, child);
    }
    return;
  }
}
