import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Conditions of a package's `exports`; of those a package has, the first one is taken. */
const CONDITIONS: ReadonlySet<string> = new Set(['node', 'import', 'module-sync', 'default']);

/**
 * The file of a package, as a program in `folder` would find it; `null`: there is no such package.
 * A package whose `exports` have only `import` has no entry for `require`, which loads plugins: this
 * function resolves that entry itself. Throws Node's error where a package has no entry at all.
 */
export function packagePath(name: string, folder: string): string | null {
  try {
    return createRequire(`${folder}/package.json`).resolve(name);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'MODULE_NOT_FOUND') return null;
    const path = code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ? importedPath(name, folder) : null;
    if (path === null) throw error;
    return path;
  }
}

function importedPath(name: string, folder: string): string | null {
  const [first = '', second = '', ...rest] = name.split('/');
  const isScoped = first.startsWith('@');
  const packageName = isScoped ? `${first}/${second}` : first;
  const below = isScoped ? rest : [second, ...rest].filter((part) => part !== '');
  for (let at = folder; ; at = dirname(at)) {
    const root = join(at, 'node_modules', packageName);
    const description = join(root, 'package.json');
    if (existsSync(description)) {
      const { exports }: { exports?: unknown } = Object(
        JSON.parse(readFileSync(description, 'utf8')),
      );
      const target = targetOf(entryOf(exports, ['.', ...below].join('/')));
      return target === null ? null : join(root, target);
    }
    if (at === dirname(at)) return null;
  }
}

/** Of `exports`: conditions alone stand for the package itself. */
function entryOf(exports: unknown, subpath: string): unknown {
  const entries = Object(exports);
  const isTable = Object.keys(entries).some((key) => key.startsWith('.'));
  if (isTable) return Reflect.get(entries, subpath);
  return subpath === '.' ? exports : undefined;
}

function targetOf(entry: unknown): string | null {
  if (typeof entry === 'string') return entry;
  for (const [condition, target] of Object.entries(Object(entry))) {
    const found = CONDITIONS.has(condition) ? targetOf(target) : null;
    if (found !== null) return found;
  }
  return null;
}
