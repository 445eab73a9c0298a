import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const folder = new URL('../../src/core/', import.meta.url);

/** Each layer uses the code of those before it. Types alone may refer to each other in a circle. */
const layers = ['state', 'settle', 'ipvs', 'drains', 'health', 'weights', 'routes', 'view', 'turn'];

/** Files of no folder that all the others use; the remaining ones join the folders to a turn. */
const state = new Set(['core.ts', 'deadlines.ts', 'expected.ts', 'touch.ts', 'writable.ts']);

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }));

test('the folders use each other in the order of the pipeline', () => {
  const wrong = files.flatMap(({ file, text }) =>
    valueImports(text)
      .map((path) => new URL(path, new URL(file, folder)).href)
      .filter((href) => href.startsWith(folder.href))
      .map((href) => href.slice(folder.href.length))
      .filter((used) => layerOf(used) > layerOf(file))
      .map((used) => `${file} uses ${used}`),
  );
  assert.deepEqual(wrong, []);
});

test('every field of a node is written in one file', () => {
  const writers = new Map<string, Set<string>>();
  for (const { file, text } of files) {
    for (const field of openedFields(text)) {
      writers.set(field, (writers.get(field) ?? new Set()).add(file));
    }
  }
  const shared = [...writers].filter(([, places]) => places.size > 1);
  assert.deepEqual(
    shared.map(([field, places]) => `${field}: ${[...places].join(', ')}`),
    [],
  );
  for (const field of ['RouteEntry.unsentUntilMs', 'RouteEntry.state', 'Target.state']) {
    assert.ok(writers.has(field), field);
  }
});

for (const node of ['Target', 'Pool', 'Sums', 'IpvsServer', 'IpvsService', 'RouteEntry']) {
  test(`the compiler refuses other writers: ${node} is readonly`, () => {
    const all = files.map(({ text }) => text).join('\n');
    const [, body = ''] =
      new RegExp(`export interface ${node} [^{]*\\{\\n([^]*?)\\n\\}`, 'u').exec(all) ?? [];
    const fields = [...body.matchAll(/^ {2}(readonly )?(\w+)\??:/gmu)];
    assert.ok(fields.length > 4);
    assert.deepEqual(
      fields.filter(([, readonly]) => readonly === undefined).map(([line]) => line.trim()),
      [],
    );
  });
}

/** 'core.ts' → 0, 'settle/target.ts' → 1, 'pipeline.ts' → the last. */
function layerOf(file: string): number {
  const [name = ''] = file.split('/');
  if (name !== file) return layers.indexOf(name);
  return state.has(file) ? 0 : layers.length - 1;
}

/** Relative imports of code; `import type` is left out. */
function valueImports(text: string): readonly string[] {
  return [...text.matchAll(/^import \{([^}]*)\} from '(\.[^']+)'/gmu)].map(
    ([, , path = '']) => path,
  );
}

/** `Writable<RouteEntry, 'state' | 'because'>` → `RouteEntry.state`, `RouteEntry.because`. */
function openedFields(text: string): readonly string[] {
  return [...text.matchAll(/\bWritable<\s*(\w+),\s*([^>]+)>/gu)].flatMap(([, node, list = '']) =>
    list
      .split('|')
      .map((field) => `${node}.${field.replaceAll(/[\s',]/gu, '')}`)
      .filter((field) => !field.endsWith('.')),
  );
}
