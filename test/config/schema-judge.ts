import assert from 'node:assert/strict';
import { isMapping } from '../../src/config/positions.ts';

type Schema = Readonly<Record<string, unknown>>;

/** A judge for the few keywords that our JSON Schema consists of. */
export function judge(root: Schema): (value: unknown) => boolean {
  const definitions = mappingOf(root['$defs']);

  function accepts(schema: Schema, value: unknown): boolean {
    const reference = schema['$ref'];
    if (typeof reference === 'string') {
      const name = reference.replace('#/$defs/', '');
      assert.ok(name in definitions, reference);
      return accepts(mappingOf(definitions[name]), value);
    }
    const fits = (option: unknown): boolean => accepts(mappingOf(option), value);
    if ('anyOf' in schema && !listOf(schema['anyOf']).some(fits)) return false;
    if ('oneOf' in schema && listOf(schema['oneOf']).filter(fits).length !== 1) return false;
    if ('const' in schema && schema['const'] !== value) return false;
    if ('enum' in schema && !listOf(schema['enum']).includes(value)) return false;
    return hasRequired(schema, value) && hasType(schema, value);
  }

  function hasType(schema: Schema, value: unknown): boolean {
    const { type, pattern, items, minimum, maximum } = schema;
    if (type === undefined) return true;
    if (type === 'object') return isMapping(value) && entriesFit(schema, value);
    if (type === 'array') {
      return Array.isArray(value) && value.every((item) => accepts(mappingOf(items), item));
    }
    if (type === 'integer') {
      const low = typeof minimum === 'number' ? minimum : -Infinity;
      const high = typeof maximum === 'number' ? maximum : Infinity;
      return typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high;
    }
    const matches = typeof pattern !== 'string' || new RegExp(pattern).test(String(value));
    return typeof value === type && matches;
  }

  function entriesFit(schema: Schema, value: Schema): boolean {
    const properties = mappingOf(schema['properties']);
    const others = schema['additionalProperties'];
    return Object.entries(value).every(([key, item]) => {
      const property = properties[key] ?? others;
      return isMapping(property) && accepts(property, item);
    });
  }

  return (value) => accepts(root, value);
}

function hasRequired(schema: Schema, value: unknown): boolean {
  return listOf(schema['required']).every((key) => isMapping(value) && String(key) in value);
}

function mappingOf(value: unknown): Schema {
  return isMapping(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
