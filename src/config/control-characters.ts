import { isMapping } from './positions.ts';
import { quote, type Path, type Report } from './problems.ts';

/** Values that are payloads or a plugin's own; all others may reach a log or a command. */
const exemptKeys: ReadonlySet<string> = new Set(['send', 'expect', 'body', 'options']);

/** Control characters, lone surrogates, and what turns the direction of text around. */
const unsafe = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069\ufeff]/u;

/** Refuses text that could act on a terminal, split a log line or a command. */
export function checkControlCharacters(value: unknown, report: Report, path: Path = []): void {
  if (typeof value === 'string') {
    if (unsafe.test(value)) report(path, `control characters have no place here: ${quote(value)}`);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      checkControlCharacters(item, report, [...path, index]);
  } else if (isMapping(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (unsafe.test(key))
        report([...path, key], `control characters have no place in a key: ${quote(key)}`, 'key');
      if (!exemptKeys.has(key)) checkControlCharacters(item, report, [...path, key]);
    }
  }
}
