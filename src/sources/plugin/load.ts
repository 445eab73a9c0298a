import { existsSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import * as api from '../../plugin.ts';
import type { PluginRun } from '../../model/check.ts';
import { packagePath } from './package-path.ts';

/** Where the parts of this installation are: found by the daemon, handed to its workers. */
export interface Installation {
  /** tsx's API for `require`. */
  readonly tsxPath: string;
  /** A file of ours, from which our own dependencies resolve. */
  readonly ownFile: string;
}

/** They come with us, for plugins that lie where no packages are installed. */
const LENT = ['zod', 'rxjs'];

/**
 * Loads a plugin's module in this thread, TypeScript or JavaScript, through tsx.
 *
 * tsx's loader for `require` lives in the thread that uses it; the one for
 * `import` brings a thread of its own and, until it has compiled everything
 * once, a process: four times the memory. The price: no top-level await.
 * Throws an error whose message says which module is missing or why it does not load.
 */
export function loadModule(
  { module, folder }: PluginRun,
  { tsxPath, ownFile }: Installation,
): unknown {
  const path = pathOf(module, folder);
  lendPackages(ownFile);
  const tsxRequire: unknown = Reflect.get(tsxOf(tsxPath), 'require');
  if (typeof tsxRequire !== 'function') throw new Error('bug: tsx has no require');
  try {
    return Reflect.apply(tsxRequire, undefined, [path, ownFile]);
  } catch (error) {
    throw new Error(`${module} cannot be loaded: ${whyNot(error)}`, { cause: error });
  }
}

/** Beginning with `/`, `./` or `../` it is a path; otherwise the name of a package. */
function pathOf(module: string, folder: string): string {
  if (module.startsWith('/')) {
    if (existsSync(module)) return module;
    throw new Error(`the plugin file ${module} does not exist`);
  }
  const path = packagePath(module, folder);
  if (path !== null) return path;
  throw new Error(
    `the package ${module} is not installed for ${folder}: the path of a file begins with ./ or ../ or /`,
  );
}

/** tsx and esbuild read these once, while they are loaded. */
const TOOL_SETTINGS = {
  // One short-lived process for each file instead of a thread and a process that stay.
  ESBUILD_WORKER_THREADS: '0',
  // Its cache is a folder in /tmp with a name that everybody can guess.
  TSX_DISABLE_CACHE: '1',
};

/** Loaded on demand: without plugins no compiler is needed. */
function tsxOf(tsxPath: string): object {
  const before = { ...process.env };
  Object.assign(process.env, TOOL_SETTINGS);
  try {
    const tsx: unknown = createRequire(tsxPath)(tsxPath);
    if (typeof tsx === 'object' && tsx !== null) return tsx;
    throw new Error('bug: tsx has no API');
  } finally {
    // What is started later, by whomever, is not to inherit them.
    for (const name of Object.keys(TOOL_SETTINGS)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

let isLending = false;

/** `routevane/plugin` is this very program's, wherever the plugin lies. */
function lendPackages(ownFile: string): void {
  if (isLending) return;
  isLending = true;
  const load: unknown = Reflect.get(Module, '_load');
  if (typeof load !== 'function') throw new Error('bug: this Node.js loads modules in another way');
  const ownRequire = createRequire(ownFile);
  const exported = { __esModule: true, ...api };
  Reflect.set(Module, '_load', function (this: unknown, request: string, ...rest: unknown[]) {
    // tsx marks its requests with a query.
    const [name = request] = request.split('?');
    if (name === 'routevane/plugin') return exported;
    try {
      return Reflect.apply(load, this, [request, ...rest]);
    } catch (error) {
      const isLent = LENT.some((each) => name === each || name.startsWith(`${each}/`));
      if (!isLent || !isMissing(error)) throw error;
      return ownRequire(name);
    }
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
}

function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : '';
  if (code === 'ERR_REQUIRE_ASYNC_MODULE') {
    return 'top-level await is not possible in a plugin: await inside observe()';
  }
  if (code === 'MODULE_NOT_FOUND') return error.message.split('\n')[0] ?? '';
  return error.message;
}
