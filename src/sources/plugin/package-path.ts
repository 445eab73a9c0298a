import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What a package may say of each of its ways in, the first that it does say being taken. */
const CONDITIONS: ReadonlySet<string> = new Set(['node', 'import', 'module-sync', 'default']);

/**
 * The file of a package, as a program in `folder` would find it; `null`: there is no such package.
 * A package whose `exports` know only `import` has no way in for `require`, which loads plugins:
 * such a way is taken by ourselves. Throws what the package is told to be where it has no way in.
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
      const target = targetOf(wayOf(exports, ['.', ...below].join('/')));
      return target === null ? null : join(root, target);
    }
    if (at === dirname(at)) return null;
  }
}

/** Of `exports`: conditions alone stand for the package itself. */
function wayOf(exports: unknown, way: string): unknown {
  const ways = Object(exports);
  const isTable = Object.keys(ways).some((key) => key.startsWith('.'));
  if (isTable) return Reflect.get(ways, way);
  return way === '.' ? exports : undefined;
}

function targetOf(way: unknown): string | null {
  if (typeof way === 'string') return way;
  for (const [condition, target] of Object.entries(Object(way))) {
    const found = CONDITIONS.has(condition) ? targetOf(target) : null;
    if (found !== null) return found;
  }
  return null;
}
