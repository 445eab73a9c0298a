import type { PlannedChange, RemovedServer, RemovedServers } from './plan.ts';
import type { SavedEntries } from './saved-entries.ts';
import type { TableIndex } from './table-index.ts';
import { destinationName, serviceName } from './names.ts';

/** The real servers that routevane removed: on disk before they are removed, until they are back. */
export class RemovedServerList {
  readonly #file: SavedEntries<RemovedServer>;
  readonly #removed: Map<string, RemovedServer>;
  #isOnDisk = true;

  constructor(file: SavedEntries<RemovedServer>, removed: ReadonlyMap<string, RemovedServer>) {
    this.#file = file;
    this.#removed = new Map(removed);
  }

  get all(): RemovedServers {
    return this.#removed;
  }

  /** Resolves to whether all servers that `planned` removes are on disk, for the next process. */
  async saveBefore(planned: readonly PlannedChange[]): Promise<boolean> {
    for (const { entryName, change } of planned) {
      if (change.kind !== 'remove') continue;
      this.#removed.set(entryName, { service: change.service, destination: change.destination });
      this.#isOnDisk = false;
    }
    return this.#save();
  }

  /** Forgets those that are in the table. */
  async forgetFound(table: TableIndex): Promise<void> {
    for (const [entryName, { service, destination }] of this.#removed) {
      const found = table.destination(serviceName(service), destinationName(destination));
      if (found !== null && this.#removed.delete(entryName)) this.#isOnDisk = false;
    }
    await this.#save();
  }

  async #save(): Promise<boolean> {
    if (this.#isOnDisk) return true;
    this.#isOnDisk = await this.#file.save(this.#removed);
    return this.#isOnDisk;
  }
}
