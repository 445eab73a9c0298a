import { join } from 'node:path';
import { StateFile } from '../../platform/state-file.ts';

const FILE = 'exabgp-routes.json';

/** A larger file is not ours: 10,000 keys take about 300 kB. */
const FILE_MAX_BYTES = 64 << 20;

/** Keys as the model makes them; any other text in the file could end up in a log. */
const KEY = /^[0-9a-f:.]{2,45}\/\d{1,3}(?:#\d{1,10})?(?:@[0-9a-f:.]{2,45})?$/iu;

/**
 * The keys of all routes that we may have announced, on disk. With them a route that was removed
 * from the configuration while routevane did not run is still known as ours, and is withdrawn.
 * New keys are on disk before they are announced.
 */
export class AnnouncedKeys {
  readonly #file: StateFile<Set<string>> | null;
  readonly #failed: (message: string) => void;
  #keys: Set<string> = new Set();

  /**
   * @param stateDir `null`: nothing is stored.
   * @param failed is called with the reason when the file cannot be used or written.
   */
  constructor(stateDir: string | null, failed: (message: string) => void, retryMs?: number) {
    this.#failed = failed;
    this.#file =
      stateDir === null
        ? null
        : new StateFile({
            path: join(stateDir, FILE),
            maxBytes: FILE_MAX_BYTES,
            parse,
            failed,
            ...(retryMs === undefined ? {} : { retryMs }),
          });
  }

  keys(): ReadonlySet<string> {
    return this.#keys;
  }

  /** Reads the file. A damaged one is moved aside, reported, and counts as empty. */
  load(): void {
    const loaded = this.#file?.load();
    if (loaded?.kind === 'loaded') this.#keys = loaded.value;
    else if (loaded?.kind === 'damaged') this.#failed(loaded.message);
  }

  /** Adds keys. Resolves when they are on disk, or were refused: then the write is tried again. */
  async add(keys: Iterable<string>): Promise<void> {
    const before = this.#keys.size;
    for (const key of keys) this.#keys.add(key);
    if (this.#keys.size !== before) this.#save();
    await this.saved();
  }

  /** Drops keys that are known to be withdrawn. */
  drop(keys: Iterable<string>): void {
    let wasDropped = false;
    for (const key of keys) wasDropped = this.#keys.delete(key) || wasDropped;
    if (wasDropped) this.#save();
  }

  /** Resolves when all is on disk, or was refused. */
  async saved(): Promise<void> {
    await this.#file?.settled();
  }

  /** Ends the attempts to write after a refused write. */
  close(): void {
    this.#file?.close();
  }

  #save(): void {
    void this.#file?.save(() => `${JSON.stringify({ announced: [...this.#keys] })}\n`);
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
