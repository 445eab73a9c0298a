import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

/** What the linter has no rule for. Each rule reads the text of src, line by line. */

const root = new URL('../src/', import.meta.url);

/** The dashboard is a program of its own, in JavaScript; the OVSDB client a package of its own. */
const ownPrograms = /^(?:admin\/page|ovsdb-client)\//u;

interface SourceLine {
  readonly place: string;
  readonly text: string;
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .toSorted();

const lines: readonly SourceLine[] = files.flatMap((file) =>
  readFileSync(new URL(file, root), 'utf8')
    .split('\n')
    .map((text, index) => ({ place: `src/${file}:${index + 1}`, text })),
);

function placesOf(pattern: RegExp): readonly string[] {
  return lines
    .filter(({ text }) => pattern.test(text))
    .map(({ place, text }) => `${place} ${text.trim()}`);
}

/** Keys of the configuration and of JSON keep their names, as do those of Node and of OVSDB. */
const plainBooleans = new Set([
  'ok',
  'success',
  'sweep',
  'verify',
  'dryRun',
  'withdraw',
  'pooled',
  'suppressed',
  'connecting',
  'boolean',
]);

const prefixed =
  /^(?:is|has|have|had|may|can|could|should|was|were|are|does|do|must|needs|keeps|allows)[A-Z]/u;

test('booleans carry a prefix', () => {
  const declared = [
    /(?<![.\w])#?(\w+)\??: (?:readonly )?boolean\b/gu,
    /\b(?:let|const) (\w+) = (?:true|false)\b/gu,
    /^\s+(?:readonly )?#?(\w+) = (?:true|false);/gu,
  ];
  const bad = lines.flatMap(({ place, text }) =>
    declared
      .flatMap((pattern) => [...text.matchAll(pattern)].map(([, name = '']) => name))
      .filter((name) => !prefixed.test(name) && !plainBooleans.has(name))
      .map((name) => `${place} ${name}`),
  );
  assert.deepEqual(bad, []);
});

test('constants of modules are UPPER_SNAKE where they are numbers, texts or patterns', () => {
  const camelCase = /^(?:export )?const [a-z]\w* = (?:-?[\d]|'|\/(?![/*])|`[^$`]*`;)/u;
  assert.deepEqual(placesOf(camelCase), []);
});

test('a switch that must be exhaustive says so in one form', () => {
  assert.deepEqual(placesOf(/\b(?:unreachable|assertNever|absurd)\(/u), []);
});

test('two types, classes or functions that are exported have two names', () => {
  const exported =
    /^export (?:abstract |async )?(?:function\*?|class|interface|type|const) (?![A-Z0-9_]+ )(\w+)/u;
  const places = new Map<string, Set<string>>();
  for (const { place, text } of lines) {
    const [, name] = exported.exec(text) ?? [];
    if (name === undefined || ownPrograms.test(place.slice('src/'.length))) continue;
    const [file = ''] = place.split(':');
    places.set(name, (places.get(name) ?? new Set()).add(file));
  }
  const alike = [...places].filter(([, where]) => where.size > 1);
  assert.deepEqual(alike, []);
});

/** The old names of the plugin API, kept for one release. */
const oldName = /^export type (?:Sight|Sights)\b/u;

test('nothing is told: it is logged, reported or notified', () => {
  const dialect =
    /\b(?:told|tells?|tellers?|telling|desk|sights?|errands?|shortcomings?|calmly)\b/iu;
  const bad = lines.filter(({ text }) => dialect.test(text) && !oldName.test(text));
  assert.deepEqual(
    bad.map(({ place, text }) => `${place} ${text.trim()}`),
    [],
  );
});
