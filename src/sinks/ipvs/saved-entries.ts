import { join } from 'node:path';
import { StateFile } from '../../platform/state-file.ts';
import { STATE_FILE_MAX_BYTES } from './limits.ts';

type Parse<T> = (value: unknown) => T;

/** Values by entry name, in one JSON file of the state directory. */
export class SavedEntries<T> {
  readonly #file: StateFile<Map<string, T>> | null;
  readonly #property: string;
  readonly #failed: (message: string) => void;

  /**
   * @param stateDir `null`: nothing is saved.
   * @param property of the JSON object in the file that holds the values.
   * @param parse one value; throws where it is not one that was saved.
   */
  constructor(
    stateDir: string | null,
    { name, property }: { readonly name: string; readonly property: string },
    parse: Parse<T>,
    failed: (message: string) => void,
  ) {
    this.#property = property;
    this.#failed = failed;
    this.#file =
      stateDir === null
        ? null
        : new StateFile({
            path: join(stateDir, name),
            maxBytes: STATE_FILE_MAX_BYTES,
            parse: (text) => entriesOf(entryMapping(JSON.parse(text))[property], parse),
            failed,
          });
  }

  /** The values that were saved last; none where the file is missing or damaged, which is logged. */
  load(): ReadonlyMap<string, T> {
    const loaded = this.#file?.load() ?? { kind: 'missing' };
    switch (loaded.kind) {
      case 'missing':
        return new Map();
      case 'loaded':
        return loaded.value;
      case 'damaged':
        this.#failed(`${loaded.message}; starting without it`);
        return new Map();
      default:
        return loaded satisfies never;
    }
  }

  /** Resolves to whether the values are on disk; if not, they are tried again. Without a state directory: true. */
  async save(entries: ReadonlyMap<string, T>): Promise<boolean> {
    const value = { [this.#property]: Object.fromEntries(entries) };
    return this.#file?.save(() => `${JSON.stringify(value, null, 1)}\n`) ?? true;
  }
}

function entriesOf<T>(value: unknown, parse: Parse<T>): Map<string, T> {
  return new Map(Object.entries(entryMapping(value)).map(([name, each]) => [name, parse(each)]));
}

/** @throws where `value` is not a JSON object. */
export function entryMapping(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('a mapping is missing');
  }
  return { ...value };
}
