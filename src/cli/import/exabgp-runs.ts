import type { InputProblem } from './draft.ts';

/** One `run …;` of a `process` block that starts ExaBGP's healthcheck. */
export interface Run {
  readonly at: Pick<InputProblem, 'line' | 'column'>;
  /** Of its process. */
  readonly name: string;
  /** After the word `healthcheck`, as a shell would split them. */
  readonly words: readonly string[];
}

const PROCESS = /^\s*process\s+([^\s{]+)\s*\{?/u;
const RUN = /\brun\s+(.*?)\s*;?\s*(?:#.*)?$/u;
const HEALTHCHECK = /(?:^|\/|-)healthcheck(?:\.py)?$/u;

/** Every healthcheck of an ExaBGP configuration, or the places of those that cannot be split. */
export function parseRuns(text: string): { runs: Run[]; problems: InputProblem[] } {
  const runs: Run[] = [];
  const problems: InputProblem[] = [];
  let name = 'healthcheck';
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trimStart().startsWith('#')) continue;
    name = PROCESS.exec(line)?.[1] ?? name;
    const match = RUN.exec(line);
    if (match === null || !line.includes('healthcheck')) continue;
    const at = { line: index + 1, column: match.index + 1 };
    const words = split(match[1] ?? '');
    if (words === null) {
      problems.push({ ...at, message: 'a quote is not closed' });
      continue;
    }
    const start = words.findIndex((word) => HEALTHCHECK.test(word));
    if (start !== -1) runs.push({ at, name, words: words.slice(start + 1) });
  }
  return { runs, problems };
}

/** As a shell splits words: quotes of both kinds, and backslashes. `null`: a quote is not closed. */
function split(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote !== '') {
      if (char === quote) quote = '';
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '\\') {
      at += 1;
      word = (word ?? '') + text.charAt(at);
    } else if (/\s/u.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + char;
  }
  if (word !== null) words.push(word);
  return quote === '' ? words : null;
}
