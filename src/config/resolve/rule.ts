import type { Rule } from '../../model/rule.ts';
import { known, parseReference } from '../parse.ts';
import type { RuleFile } from '../schema.ts';

/** The file's short forms → the model's one form. */
export function resolveRule(file: RuleFile): Rule {
  if (typeof file === 'string') return { kind: 'name', name: known(parseReference(file)) };
  if (isList(file)) return { kind: 'all', of: file.map(resolveRule) };
  if (file.all !== undefined) return { kind: 'all', of: file.all.map(resolveRule) };
  if (file.any !== undefined) return { kind: 'any', of: file.any.map(resolveRule) };
  if (file.not !== undefined) return { kind: 'not', rule: resolveRule(file.not) };
  if (file.at_least !== undefined && file.of !== undefined) {
    return { kind: 'at_least', count: file.at_least, of: file.of.map(resolveRule) };
  }
  throw new Error('bug: a faulty rule was resolved');
}

function isList(file: RuleFile): file is readonly RuleFile[] {
  return Array.isArray(file);
}
