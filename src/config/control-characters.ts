import { isMapping } from './positions.ts';
import { quote, type Report } from './problems.ts';

/** Values that are payloads or a plugin's own; all others may reach a log or a command. */
const exemptKeys: ReadonlySet<string> = new Set(['send', 'expect', 'body', 'options']);

/** Control characters, lone surrogates, and what turns the direction of text around. */
const UNSAFE = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069\ufeff]/u;

/** Refuses text that could act on a terminal, split a log line or a command. */
export function checkControlCharacters(root: unknown, report: Report): void {
  // One path that grows and shrinks: most of 100,000 values never need theirs.
  const path: (string | number)[] = [];
  const visit = (value: unknown): void => {
    if (typeof value === 'string' && UNSAFE.test(value)) {
      report([...path], `control characters are not allowed here: ${quote(value)}`);
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) below(index, item);
    } else if (isMapping(value)) {
      for (const key of Object.keys(value)) {
        if (UNSAFE.test(key)) {
          const message = `control characters are not allowed in a key: ${quote(key)}`;
          report([...path, key], message, 'key');
        }
        if (!exemptKeys.has(key)) below(key, value[key]);
      }
    }
  };
  const below = (part: string | number, value: unknown): void => {
    path.push(part);
    visit(value);
    path.pop();
  };
  visit(root);
}

/** Whether a configuration would be refused for this text. */
export function isUnsafe(text: string): boolean {
  return UNSAFE.test(text);
}
