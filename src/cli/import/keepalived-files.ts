import { readdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
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
  const inner = /\{([^{}]*)\}/u.exec(pattern);
  if (inner === null) return [pattern];
  const [all, list = ''] = inner;
  return list
    .split(',', MATCHES_MAX)
    .flatMap((each) =>
      braces(pattern.slice(0, inner.index) + each + pattern.slice(inner.index + all.length)).slice(
        0,
        MATCHES_MAX,
      ),
    );
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
  const format = formatOf(part);
  try {
    return readdirSync(folder === '' ? '.' : folder)
      .filter((name) => format.test(name) && (part.startsWith('.') || !name.startsWith('.')))
      .toSorted()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** `*`, `?` and `[a-z]` of one part of a path. */
function formatOf(part: string): RegExp {
  const text = part.replaceAll(/\[[!^]?[^\]]+\]|[\s\S]/gu, (match) => {
    if (match === '*') return '[^/]*';
    if (match === '?') return '[^/]';
    if (match.length > 2) {
      const isNot = /^\[[!^]/u.test(match);
      const set = match.slice(isNot ? 2 : 1, -1).replaceAll(/[\\[\]^]/gu, String.raw`\$&`);
      return `[${isNot ? '^' : ''}${set}]`;
    }
    return match.replaceAll(/[$()*+.?[\\\]^{|}/-]/gu, String.raw`\$&`);
  });
  try {
    return new RegExp(`^${text}$`, 'u');
  } catch {
    return /^(?!)/u;
  }
}

function isRegular(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
