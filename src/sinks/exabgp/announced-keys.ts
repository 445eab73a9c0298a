import { join } from 'node:path';
import { isMissing, messageOf } from '../../platform/error.ts';
import { KeptFile } from '../../platform/kept-file.ts';
import { readRegularFile } from '../../platform/safe-file.ts';

const FILE = 'exabgp-routes.json';

/** More than this is not ours: 10,000 keys take about 300 kB. */
const FILE_MAX_BYTES = 64 << 20;

/** Keys as the model makes them; anything else in the file would end up in a log. */
const KEY = /^[0-9a-f:.]{2,45}\/\d{1,3}(?:#\d{1,10})?(?:@[0-9a-f:.]{2,45})?$/iu;

/**
 * The keys of all routes we may have announced, on disk, so that a route which
 * was taken out of the configuration while we were not running is still known
 * as ours and gets withdrawn. Written before anything new is announced.
 */
export class AnnouncedKeys {
  readonly #file: KeptFile | null;
  readonly #failed: (message: string) => void;
  #keys: Set<string> = new Set();

  /** @param stateDir `null`: nothing is kept. */
  constructor(stateDir: string | null, failed: (message: string) => void, retryMs?: number) {
    this.#file = stateDir === null ? null : new KeptFile(join(stateDir, FILE), failed, retryMs);
    this.#failed = failed;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  keys(): ReadonlySet<string> {
    return this.#keys;
  }

  /** Reads the file. A bad one is told and counts as empty. */
  async load(): Promise<void> {
    if (this.#file === null) return;
    const { path } = this.#file;
    try {
      this.#keys = parse(await readRegularFile(path, FILE_MAX_BYTES));
    } catch (error) {
      if (isMissing(error)) return;
      this.#failed(`${path} cannot be used and is ignored: ${messageOf(error)}`);
    }
  }

  /** Adds keys. Resolves when they are on disk, or cannot be: then they are tried again. */
  async add(keys: Iterable<string>): Promise<void> {
    const before = this.#keys.size;
    for (const key of keys) this.#keys.add(key);
    if (this.#keys.size !== before) this.#save();
    await this.saved();
  }

  /** Forgets keys that are known to be withdrawn. */
  drop(keys: Iterable<string>): void {
    let dropped = false;
    for (const key of keys) dropped = this.#keys.delete(key) || dropped;
    if (dropped) this.#save();
  }

  /** Resolves when all is on disk, or could not be. */
  async saved(): Promise<void> {
    await this.#file?.settled();
  }

  #save(): void {
    void this.#file?.write(() => `${JSON.stringify({ announced: [...this.#keys] })}\n`);
  }
}

function parse(text: string): Set<string> {
  const value: unknown = JSON.parse(text);
  const keys: unknown =
    typeof value === 'object' && value !== null && 'announced' in value ? value.announced : null;
  if (!Array.isArray(keys)) throw new Error('it lacks the list "announced"');
  const found = new Set<string>();
  for (const key of keys as readonly unknown[]) {
    if (typeof key !== 'string' || !KEY.test(key))
      throw new Error('it contains an invalid route key');
    found.add(key);
  }
  return found;
}
