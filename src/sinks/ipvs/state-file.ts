import { promises } from 'node:fs';
import { join } from 'node:path';
import { isMissing, messageOf } from '../../platform/error.ts';
import { writeWholeFile } from '../../platform/whole-file.ts';
import { STATE_FILE_MAX_BYTES } from './limits.ts';

/** One JSON file of the state directory: written whole or not at all, also across a power cut. */
export class StateFile<T> {
  readonly #path: string | null;
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
    this.#path = stateDir === null ? null : join(stateDir, name);
    this.#parse = parse;
    this.#failed = failed;
  }

  /** What was written last; `null` where there is nothing. A damaged file is kept aside, and told. */
  async load(): Promise<T | null> {
    const path = this.#path;
    if (path === null) return null;
    try {
      const { size } = await promises.stat(path);
      if (size > STATE_FILE_MAX_BYTES) throw new Error('the file is too large');
      return this.#parse(JSON.parse(await promises.readFile(path, 'utf8')));
    } catch (error) {
      if (isMissing(error)) return null;
      await this.#setAside(path, messageOf(error));
      return null;
    }
  }

  /** Resolves to whether it is on disk; a failure is told. Without a state directory: true. */
  async save(value: unknown): Promise<boolean> {
    if (this.#path === null) return true;
    try {
      await writeWholeFile(this.#path, `${JSON.stringify(value, null, 1)}\n`);
      return true;
    } catch (error) {
      this.#failed(`cannot write ${this.#path}: ${messageOf(error)}`);
      return false;
    }
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
