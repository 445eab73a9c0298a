import { RE2JS } from 're2js';
import type { Pattern } from '../../model/pattern.ts';
import { bad, good, type Parsed } from './result.ts';

/** The cost of a match grows with the pattern, and no health answer needs a longer one. */
const PATTERN_MAX_CHARS = 1_000;

const flagBits: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
  // Patterns are always matched by code points.
  u: 0,
};

/** What needs backtracking, and with it time that can grow exponentially; and what to write instead. */
const refused: readonly (readonly [pattern: RegExp, what: string, remedy: string])[] = [
  [/^\(\?<?[=!]/, 'look-around', 'match the text around it as well, or use two checks'],
  [/^\\[1-9]/, 'a back-reference', 'write out what it repeats'],
  [/^\\k</, 'a back-reference', 'write out what it repeats'],
];

/**
 * `/regex/` or `/regex/i`, for a linear-time engine (RE2's syntax): what a server answers must
 * never be able to stop the daemon, whatever pattern it meets.
 */
export function parseRegex(text: string): Parsed<Pattern> {
  const match = /^\/(.+)\/([imsu]*)$/s.exec(text);
  if (match === null)
    return bad('expected a regular expression between slashes, such as /ok|ready/');
  const [, source = '', flags = ''] = match;
  if (source.length > PATTERN_MAX_CHARS) {
    return bad(
      `a regular expression has at most ${PATTERN_MAX_CHARS} characters: this one has ${source.length}`,
    );
  }
  const unsupported = backtracking(source);
  if (unsupported !== null) return bad(unsupported);
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(source), bitsOf(flags));
    return good(new LinearPattern(source, flags, compiled));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const why = message.replace(/^error parsing regexp: /, '');
    return bad(`the regular expression does not compile: ${JSON.stringify(why.slice(0, 120))}`);
  }
}

function bitsOf(flags: string): number {
  return flags.split('').reduce((bits, flag) => bits | (flagBits[flag] ?? 0), 0);
}

/** Equal for equal text, and so in hashes and comparisons of configurations. */
class LinearPattern implements Pattern {
  readonly source: string;
  readonly flags: string;
  readonly #compiled: RE2JS;

  constructor(source: string, flags: string, compiled: RE2JS) {
    this.source = source;
    this.flags = flags;
    this.#compiled = compiled;
  }

  test(text: string): boolean {
    return this.#compiled.test(text);
  }
}

/** Names the first part that only a backtracking engine can match; `null` where there is none. */
function backtracking(source: string): string | null {
  let isInClass = false;
  for (let at = 0; at < source.length; at += 1) {
    const rest = source.slice(at, at + 4);
    const found = isInClass ? undefined : refused.find(([pattern]) => pattern.test(rest));
    if (found !== undefined) {
      const [pattern, what, remedy] = found;
      const part = pattern.exec(rest)?.[0] ?? rest;
      return `${what} (${part}) needs time that can grow without limit and is not supported: ${remedy}`;
    }
    const char = source[at];
    if (char === '\\') at += 1;
    else if (char === '[') isInClass = true;
    else if (char === ']') isInClass = false;
  }
  return null;
}
