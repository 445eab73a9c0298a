import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { findInstallation } from '../../sources/plugin/worker-thread.ts';

/** What a plugin, its test and its types import; the last one is there in a checkout only. */
const PACKAGES = ['routevane', 'zod', 'tsx', '@types/node'];

/**
 * Links the packages of this installation into `node_modules` of the working directory, where they
 * are not there yet: no registry is asked for a name that anybody could have taken. Throws where
 * that cannot be written.
 */
export function linkPackages(): void {
  const { resolve: pathOf } = createRequire(findInstallation().ownFile);
  for (const name of PACKAGES) {
    const link = resolve('node_modules', name);
    const folder = packageFolder(name, pathOf);
    if (folder === null || existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(folder, link);
  }
}

function packageFolder(name: string, pathOf: (request: string) => string): string | null {
  try {
    return dirname(pathOf(join(name, 'package.json')));
  } catch {
    return null;
  }
}
