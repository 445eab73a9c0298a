import { format, resolveConfig } from 'prettier';
import { stringify } from 'yaml';
import * as z from 'zod';
import { configFile } from '../../src/config/schema/file.ts';
import { isMapping } from '../../src/config/positions.ts';
import { type Key, keysOf, listOf, mappingOf, optionsOf, type SchemaNode } from './schema-keys.ts';
import { type Section, sectionOf, sections } from './sections.ts';

/** Names of forms by the keys they share; the key itself, with its name in the section. */
interface Row {
  readonly name: string;
  readonly key: Key;
  readonly forms: readonly string[];
}

const HEAD = `# Configuration

<!-- Made from src/config/schema by \`npm run docs\`: change the schema, not this file. -->

One YAML file (1.2, core schema) describes one node. \`routevane check FILE\` prints every problem of
it at once, each as \`FILE:LINE:COLUMN PATH: message\`; \`routevane schema\` prints the JSON Schema, which
editors use for completion. [config/full-reference.yaml](../config/full-reference.yaml) has every key
in one file; the other files in [config/](../config/) are samples to start from.

- A **duration** carries its unit: \`250ms\`, \`5s\`, \`1m\`, \`2h\`.
- A **percentage** carries its sign: \`50%\`.
- A **name** has letters, digits, \`.\`, \`_\` and \`-\`, at most 64, and begins with a letter or digit.
- An IPv6 address with a port stands in brackets, and in quotes: \`'[2001:db8::10]:443'\`.
- **Required** keys have no default. Unknown keys are errors.
`;

export function documentedSchema(): SchemaNode {
  return { ...z.toJSONSchema(configFile, { io: 'input' }) };
}

/** Every key of the file and of rules. */
export function documentedKeys(): Key[] {
  const root = documentedSchema();
  return [...keysOf(root), ...keysOf(mappingOf(mappingOf(root['$defs'])['rule']), 'RULE')];
}

export async function configurationPage(): Promise<string> {
  const keys = documentedKeys();
  const parts = sections.map((section) => partOf(section, keys));
  const options = await resolveConfig(new URL('../../docs/configuration.md', import.meta.url));
  return format(`${HEAD}\n${parts.join('\n')}`, { ...options, parser: 'markdown' });
}

function partOf(section: Section, keys: readonly Key[]): string {
  const [shown = ''] = section.places;
  const rows = rowsOf(
    keys.flatMap((key) => {
      const at = sectionOf(key);
      return at?.section === section && at.place === shown ? [{ key, name: at.name }] : [];
    }),
  );
  const formsMax = Math.max(...rows.map(({ forms }) => forms.length));
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = row.forms.length === formsMax ? '' : row.forms.map(code).join(', ');
    groups.set(group, [...(groups.get(group) ?? []), row]);
  }
  const tables = [...groups].map(([group, members]) => {
    const heading = group === '' ? '' : `### ${section.title}: ${group}\n\n`;
    return `${heading}${tableOf(section, members)}`;
  });
  return `## ${section.title}\n\n${section.text}\n\n${tables.join('\n\n')}\n`;
}

/** One row for all forms that have the same key with the same meaning. */
function rowsOf(found: readonly { readonly key: Key; readonly name: string }[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { key, name } of found) {
    const isForm = 'const' in key.node;
    const id = isForm ? name : JSON.stringify([name, key.node, key.isRequired]);
    const row = rows.get(id) ?? { name, key, forms: [] };
    rows.set(id, { ...row, forms: [...row.forms, key.form] });
  }
  return [...rows.values()];
}

function tableOf(section: Section, rows: readonly Row[]): string {
  const lines = rows.map(({ name, key, forms }) => {
    const type = 'const' in key.node ? wordList(forms.map(code)) : typeOf(key.node);
    const [example] = listOf(key.node['examples']);
    const last = name.split('.').at(-1) ?? name;
    return [
      code(`${section.shownAs}${name}`),
      type,
      defaultOf(key),
      String(key.node['description']),
      code(yamlOf({ [last]: example })),
    ];
  });
  return [['key', 'type', 'default', 'meaning', 'example'], ['-', '-', '-', '-', '-'], ...lines]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`)
    .join('\n');
}

function defaultOf(key: Key): string {
  if (key.isRequired) return '**required**';
  const { unset } = key.node;
  return typeof unset === 'string' ? unset : code(yamlOf(key.node['default']));
}

function typeOf(node: SchemaNode): string {
  const { type, title, minimum, maximum } = node;
  if (node['$ref'] === '#/$defs/rule') return '[rule](#rules)';
  if (typeof title === 'string') return title;
  if ('const' in node) return code(String(node['const']));
  if ('enum' in node) return wordList(listOf(node['enum']).map((value) => code(String(value))));
  if (type === 'boolean') return '`true` or `false`';
  if (type === 'integer') return `whole number, ${String(minimum)} to ${String(maximum)}`;
  if (type === 'array') return `list of ${pluralOf(typeOf(mappingOf(node['items'])))}`;
  if (type === 'object' || 'oneOf' in node) return 'mapping';
  return wordList([...new Set(optionsOf(node).map(typeOf))]);
}

function pluralOf(word: string): string {
  if (word.endsWith(')')) return word.replace('rule]', 'rules]');
  return word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`;
}

function wordList(words: readonly string[]): string {
  return words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

/** In one line, as one writes it by hand. */
function yamlOf(value: unknown): string {
  const options = { collectionStyle: 'flow', singleQuote: true, lineWidth: 0 } as const;
  const flow = stringify(value, options).trim().replaceAll('[ ', '[').replaceAll(' ]', ']');
  return isMapping(value) ? flow.replace(/^\{ (.*) \}$/u, '$1') : flow;
}
