import { statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { readInput, type Input } from './read-input.ts';

export type ReadConfig = (path: string) => Input;

/** Reads what `--config` names: from the folder of the file that is imported, else from here. */
export function configReader(file: string | undefined): ReadConfig {
  const folder = file === undefined || file === '-' ? '.' : dirname(file);
  return (path) => {
    const places = isAbsolute(path) ? [path] : [join(folder, path), join('.', path)];
    const [first = path] = places;
    const found = places.find((place) => statSync(place, { throwIfNoEntry: false })) ?? first;
    try {
      if (statSync(found).isFile()) return readInput(found === '-' ? './-' : found);
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message : String(error) };
    }
    return { ok: false, reason: 'it is no regular file' };
  };
}
