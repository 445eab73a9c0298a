import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import * as z from 'zod';
import { isMapping } from '../../src/config/positions.ts';
import { mapping, yesNo } from '../../src/config/schema/basics.ts';
import { optional } from '../../src/config/schema/keys.ts';
import { judge } from '../config/schema-judge.ts';
import { configOf } from '../config/read.ts';
import { configurationPage, documentedKeys, documentedSchema } from './configuration-page.ts';
import { gapsOf, type Key, keysOf } from './schema-keys.ts';
import { sectionOf } from './sections.ts';

const keys = documentedKeys();
const definitions = documentedSchema()['$defs'];
const page = textOf('../../docs/configuration.md');

function textOf(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

function accepts(key: Key, value: unknown): boolean {
  return judge({ ...key.node, $defs: definitions })(value);
}

/** Each mapping of `value` that `path` leads to: `services.NAME.real_servers[].check`. */
function mappingsAt(value: unknown, path: string): Record<string, unknown>[] {
  if (path === '') return isMapping(value) ? [value] : [];
  const [, step = '', rest = ''] = /^(\[\]|[^.[]+)\.?(.*)$/u.exec(path) ?? [];
  const below = step === 'NAME' && isMapping(value) ? Object.values(value) : null;
  const list = step === '[]' && Array.isArray(value) ? value : below;
  if (list !== null) return list.flatMap((item: unknown) => mappingsAt(item, rest));
  return isMapping(value) ? mappingsAt(value[step], rest) : [];
}

/** The file of all keys; without `check_defaults`, whose keys would hide the defaults of checks. */
function allKeys(place: string): unknown {
  const file: unknown = parse(textOf('../../config/full-reference.yaml'));
  if (isMapping(file) && !place.startsWith('check_defaults')) delete file['check_defaults'];
  return file;
}

/** These would have to fit the default of the key. */
const fitting = ['timeout', 'fast_interval'];

/** The file with the key's default written out, and the one that leaves the key out. */
function withAndWithout(key: Key): [string, string] | null {
  const dot = key.path.lastIndexOf('.');
  const place = key.path.slice(0, Math.max(dot, 0));
  const name = key.path.slice(dot + 1);
  const texts = [true, false].map((isWritten) => {
    const file = allKeys(place);
    // Damping is off in most of the file.
    for (const parent of mappingsAt(file, place.replace(/\.damping$/u, ''))) {
      if (place.endsWith('.damping')) parent['damping'] ??= {};
    }
    const at = mappingsAt(file, place).find(
      (each) => key.form === '' || (each['type'] ?? each['via'] ?? key.form) === key.form,
    );
    if (at === undefined) return null;
    for (const other of [name, ...fitting]) delete at[other];
    if (isWritten) at[name] = key.node['default'];
    return JSON.stringify(file);
  });
  const [written, leftOut] = texts;
  return typeof written === 'string' && typeof leftOut === 'string' ? [written, leftOut] : null;
}

describe('docs/configuration.md', () => {
  test('is what the schema gives: after a change run npm run docs', async () => {
    assert.equal(page, await configurationPage());
  });

  test('every key has a meaning, a default and an example, which the schema accepts', () => {
    assert.deepEqual(gapsOf(keys, accepts), []);
    assert.ok(keys.length > 400, `${keys.length} keys at all places`);
  });

  test('a key that lacks one of them is found', () => {
    const lacking = z.toJSONSchema(
      mapping({
        bare: yesNo.optional(),
        wrong: optional(yesNo, { description: 'A switch.', default: 1, examples: ['yes'] }),
      }),
      { io: 'input' },
    );
    assert.deepEqual(gapsOf(keysOf({ ...lacking }), accepts), [
      'bare has no meaning',
      'bare has no default',
      'bare has no example',
      'wrong does not accept "yes"',
      'wrong does not accept its default',
    ]);
  });

  test('every key has a row, whatever its place', () => {
    for (const key of keys) {
      const at = sectionOf(key);
      assert.ok(at !== null, `${key.path} is in no section`);
      const row = `| \`${at.section.shownAs}${at.name}\` `;
      assert.ok(page.includes(row), `${key.path}: no row ${row}`);
    }
  });

  test('writing a default where a key is left out changes nothing', () => {
    const tried = new Set<string>();
    // In the check of a real server a key that is left out is the service's.
    const ofServers = 'services.NAME.real_servers[].check.';
    const withDefault = keys.filter(
      ({ path, node }) => 'default' in node && !path.startsWith(ofServers),
    );
    for (const key of withDefault) {
      const texts = withAndWithout(key);
      if (texts === null) continue;
      tried.add(key.path);
      const [written, leftOut] = texts;
      assert.deepEqual(configOf(written), configOf(leftOut), `${key.path} ${key.form}`);
    }
    const untried = new Set(withDefault.map(({ path }) => path).filter((path) => !tried.has(path)));
    assert.deepEqual([...untried], []);
  });
});
