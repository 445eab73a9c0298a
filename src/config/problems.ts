/** One thing that is wrong with (or noteworthy in) a configuration file. */
export interface Problem {
  /** As the user gave it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** `services.web.real_servers[1].weight`, or `(file)`. */
  readonly path: string;
  readonly message: string;
}

export type Path = readonly (string | number)[];

/** A problem that has not been given its line yet. `at` says what of the path to point at. */
export interface ConfigFinding {
  readonly path: Path;
  readonly message: string;
  readonly at?: 'key' | 'value';
}

/** How checks hand in what they find. */
export type Report = (path: Path, message: string, at?: 'key' | 'value') => void;

const QUOTE_MAX_CHARS = 60;
const PATH_PART_MAX_CHARS = 80;

/** What JSON leaves as it is but a terminal or a log reader would act on. */
const UNSAFE = /[\p{Cc}\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** `FILE:LINE:COLUMN PATH: message`. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, path, message } = problem;
  return `${file}:${line}:${column} ${path}: ${message}`;
}

/** `routes[0].prefix`; a key that is no plain word is quoted. */
export function pathText(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[A-Za-z0-9_][A-Za-z0-9_-]{0,79}$/.test(part))
      text += text === '' ? part : `.${part}`;
    else text += `[${quote(part, PATH_PART_MAX_CHARS)}]`;
  }
  return text === '' ? '(file)' : text;
}

/** A value as it stands in the file, on one line, short, and safe to print. */
export function quote(value: unknown, maxChars = QUOTE_MAX_CHARS): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, maxChars) : value).replace(
    UNSAFE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const isWhole = typeof value !== 'string' || value.length <= maxChars;
  return isWhole && text.length <= maxChars + 2 ? text : `${text.slice(0, maxChars)}…`;
}
