import { promises } from 'node:fs';
import { join } from 'node:path';
import { isMissing, messageOf } from '../../platform/error.ts';
import { KeptFile } from '../../platform/kept-file.ts';
import { readRegularFile } from '../../platform/safe-file.ts';
import { STATE_FILE_MAX_BYTES } from './limits.ts';

/** One JSON file of the state directory: written whole or not at all, also across a power cut. */
export class StateFile<T> {
  readonly #file: KeptFile | null;
  readonly #parse: (value: unknown) => T;
  readonly #failed: (message: string) => void;

  /**
   * @param stateDir `null`: nothing is kept.
   * @param parse throws where the value is not what was written.
   */
  constructor(
    stateDir: string | null,
    name: string,
    parse: (value: unknown) => T,
    failed: (message: string) => void,
  ) {
    this.#file = stateDir === null ? null : new KeptFile(join(stateDir, name), failed);
    this.#parse = parse;
    this.#failed = failed;
  }

  /** What was written last; `null` where there is nothing. A damaged file is kept aside, and told. */
  async load(): Promise<T | null> {
    if (this.#file === null) return null;
    const { path } = this.#file;
    try {
      return this.#parse(JSON.parse(await readRegularFile(path, STATE_FILE_MAX_BYTES)));
    } catch (error) {
      if (isMissing(error)) return null;
      await this.#setAside(path, messageOf(error));
      return null;
    }
  }

  /** Resolves to whether it is on disk; if not, it is tried again. Without a state directory: true. */
  async save(value: unknown): Promise<boolean> {
    if (this.#file === null) return true;
    return this.#file.write(() => `${JSON.stringify(value, null, 1)}\n`);
  }

  async #setAside(path: string, reason: string): Promise<void> {
    const aside = `${path}.damaged`;
    try {
      await promises.rename(path, aside);
      this.#failed(
        `${path} is damaged (${reason}): moved to ${aside}, starting with an empty file`,
      );
    } catch (error) {
      this.#failed(
        `${path} cannot be used (${reason}) and cannot be moved away: ${messageOf(error)}`,
      );
    }
  }
}
