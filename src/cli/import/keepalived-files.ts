import { readdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { RE2JS } from 're2js';
import { readInput, type Input } from './read-input.ts';

/** Files of one `include` at most, and entries of one folder. */
const MATCHES_MAX = 1_000;

/** Where the files of an `include` come from. */
export interface IncludeFiles {
  /** Regular files whose names match, in their order; keepalived passes over other things. */
  match(pattern: string, folder: string): readonly string[];
  read(path: string): Input;
}

/** The folder that names in a file are relative to. */
export function folderOf(file: string | undefined): string {
  return file === undefined || file === '-' ? '.' : dirname(file);
}

/** Those of this machine, by glob(7) with braces, as keepalived reads them. */
export const localFiles: IncludeFiles = {
  match(pattern, folder) {
    const found = braces(pattern).flatMap((each) =>
      matching(isAbsolute(each) ? each : join(folder, each)),
    );
    return found.slice(0, MATCHES_MAX);
  },
  read: (path) => readInput(path),
};

/** `a{b,c}d` → `abd`, `acd`; braces may be nested. */
function braces(pattern: string): string[] {
  const done: string[] = [];
  const todo = [pattern];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const inner = /\{([^{}]*)\}/u.exec(next);
    if (inner === null) done.push(next);
    if (done.length >= MATCHES_MAX) break;
    if (inner === null) continue;
    const [all, list = ''] = inner;
    const [before, after] = [next.slice(0, inner.index), next.slice(inner.index + all.length)];
    for (const each of list.split(',', MATCHES_MAX).toReversed()) todo.push(before + each + after);
  }
  return done;
}

function matching(pattern: string): string[] {
  let paths = [isAbsolute(pattern) ? '/' : ''];
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    paths = paths
      .flatMap((path) => (/[*?[]/u.test(part) ? entries(path, part) : [join(path, part)]))
      .slice(0, MATCHES_MAX);
  }
  return paths.filter(isRegular);
}

function entries(folder: string, part: string): string[] {
  const isMatch = formatOf(part);
  try {
    return readdirSync(folder === '' ? '.' : folder)
      .filter((name) => isMatch(name) && (part.startsWith('.') || !name.startsWith('.')))
      .toSorted()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** `*`, `?` and `[a-z]` of one part of a path, in time that is linear in the name. */
function formatOf(part: string): (name: string) => boolean {
  const text = part.replaceAll(/\[[!^]?[^\]]+\]|[\s\S]/gu, (match) => {
    if (match === '*') return '[^/]*';
    if (match === '?') return '[^/]';
    if (match.length > 2) {
      const isNot = /^\[[!^]/u.test(match);
      const set = match.slice(isNot ? 2 : 1, -1).replaceAll(/[\\[\]^]/gu, String.raw`\$&`);
      return `[${isNot ? '^' : ''}${set}]`;
    }
    return RE2JS.quote(match);
  });
  try {
    const compiled = RE2JS.compile(text);
    return (name) => compiled.matches(name);
  } catch {
    return () => false;
  }
}

function isRegular(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
