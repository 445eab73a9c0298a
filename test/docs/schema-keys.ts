import { isMapping } from '../../src/config/positions.ts';

export type SchemaNode = Readonly<Record<string, unknown>>;

/** One key of the configuration, as the JSON Schema describes it at one place. */
export interface Key {
  /** `services.NAME.check.mode`, `routes[].degrade[].below`. */
  readonly path: string;
  readonly node: SchemaNode;
  readonly isRequired: boolean;
  /** The `type` or `via` that has this key; `''` where there is only one form. */
  readonly form: string;
}

/** Every key below `root`, in the order of the schema. A rule refers to itself and is not entered. */
export function keysOf(root: SchemaNode, path = '', form = ''): Key[] {
  const keys: Key[] = [];
  for (const option of optionsOf(root)) keys.push(...keysOf(option, path, formOf(option) || form));
  const properties = mappingOf(root['properties']);
  const required = listOf(root['required']);
  for (const [name, value] of Object.entries(properties)) {
    const node = mappingOf(value);
    const at = path === '' ? name : `${path}.${name}`;
    keys.push({ path: at, node, isRequired: required.includes(name), form });
    keys.push(...keysOf(node, at, form));
  }
  if (isMapping(root['additionalProperties'])) {
    keys.push(...keysOf(root['additionalProperties'], `${path}.NAME`, form));
  }
  if (isMapping(root['items'])) keys.push(...keysOf(root['items'], `${path}[]`, form));
  return keys;
}

export function optionsOf(node: SchemaNode): SchemaNode[] {
  return [...listOf(node['anyOf']), ...listOf(node['oneOf'])].map(mappingOf);
}

function formOf(node: SchemaNode): string {
  const { type, via } = mappingOf(node['properties']);
  const form = mappingOf(type)['const'] ?? mappingOf(via)['const'];
  return typeof form === 'string' ? form : '';
}

/** What a reader of the page would miss, one line each. */
export function gapsOf(
  keys: readonly Key[],
  accepts: (key: Key, value: unknown) => boolean,
): string[] {
  return keys.flatMap((key) => {
    const { description, examples, unset } = key.node;
    const hasDefault = typeof unset === 'string' || 'default' in key.node;
    const gaps: string[] = [];
    if (typeof description !== 'string' || description === '') gaps.push('has no meaning');
    if (!key.isRequired && !hasDefault) gaps.push('has no default');
    if (listOf(examples).length === 0) gaps.push('has no example');
    for (const example of listOf(examples)) {
      if (!accepts(key, example)) gaps.push(`does not accept ${JSON.stringify(example)}`);
    }
    if ('default' in key.node && !accepts(key, key.node['default'])) {
      gaps.push('does not accept its default');
    }
    return gaps.map((gap) => `${key.path} ${gap}`);
  });
}

export function mappingOf(value: unknown): SchemaNode {
  return isMapping(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
