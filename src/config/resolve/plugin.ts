import type { PluginRun } from '../../model/check.ts';
import { DEFAULTS } from '../defaults.ts';
import { msOr } from './settle.ts';

interface PluginFile {
  readonly options?: unknown;
  readonly isolate?: PluginRun['isolate'] | undefined;
  readonly stale_after?: string | undefined;
}

/** `folder`: the absolute folder of the configuration file, which paths of modules are relative to. */
export function resolvePlugin(file: PluginFile, module: string, folder: string): PluginRun {
  return {
    module: isRelative(module) ? joined(folder, module) : module,
    folder,
    options: file.options,
    isolate: file.isolate ?? DEFAULTS.isolate,
    staleAfterMs: file.stale_after === undefined ? null : msOr(file.stale_after, 0),
  };
}

/** Anything else is an absolute path, or the name of a package. */
function isRelative(module: string): boolean {
  return module.startsWith('./') || module.startsWith('../');
}

/** As `path.join`, which this folder is too pure to import. */
function joined(folder: string, relative: string): string {
  const parts = folder.split('/').filter((part) => part !== '');
  for (const part of relative.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
