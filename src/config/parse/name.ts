import { bad, good, type Parsed } from './result.ts';

export const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$';
export const NAME_EXPECTED =
  'expected a name of letters, digits, ".", "_" and "-", at most 64 characters';

const format = new RegExp(NAME_PATTERN);

/** The name of a node, signal, service or fault domain: safe in a log, a label and a path. */
export function parseName(text: string): Parsed<string> {
  return format.test(text) ? good(text) : bad(NAME_EXPECTED);
}
