import { isContainer, isMapping } from './positions.ts';
import type { ConfigFinding, Path } from './problems.ts';
import type { ConfigFile } from './schema/file.ts';

/**
 * A part of the file in which anything may be missing, because it is faulty and
 * reported already. Checks of what belongs together work on this, so that one
 * misspelt key does not hide every other problem of the file.
 */
export type Loose<T> = T extends readonly (infer Item)[]
  ? readonly (Loose<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Loose<T[Key]> | undefined }
    : T;

/**
 * Takes what the schema refused out of `root` (in place). A faulty value becomes
 * `undefined` and keeps its key: it is wrong, not left out, and no default stands for it.
 */
export function pruned(root: unknown, findings: readonly ConfigFinding[]): Loose<ConfigFile> {
  for (const { path, at } of findings) prune(root, path, at === 'key');
  // Sound because the schema reports every value that does not fit, and all of those
  // are gone; a test mutates samples at random to see that nothing else is relied on.
  return isMapping(root) ? root : {};
}

function prune(root: unknown, path: Path, keyIsFaulty: boolean): void {
  let container = root;
  for (const [index, part] of path.entries()) {
    if (!isContainer(container)) return;
    const isLast = index === path.length - 1;
    if (Array.isArray(container) && typeof part === 'number') {
      if (isLast) container[part] = undefined;
      container = container[part];
    } else if (isMapping(container)) {
      if (isLast && keyIsFaulty) delete container[part];
      else if (isLast) container[part] = undefined;
      container = container[part];
    }
  }
}
