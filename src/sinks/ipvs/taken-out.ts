import type { PlannedChange, Taken, TakenOut } from './plan.ts';
import type { StateFile } from './state-file.ts';
import type { TableIndex } from './table-index.ts';
import { destinationName, serviceName } from './names.ts';

/** The real servers that we took out: known before they are gone, forgotten once they are back. */
export class TakenOutServers {
  readonly #file: StateFile<Map<string, Taken>>;
  readonly #taken: Map<string, Taken>;
  #isOnDisk = true;

  constructor(file: StateFile<Map<string, Taken>>, taken: ReadonlyMap<string, Taken>) {
    this.#file = file;
    this.#taken = new Map(taken);
  }

  get all(): TakenOut {
    return this.#taken;
  }

  /** Resolves to whether all that these changes take out can be put back by a later life. */
  async before(planned: readonly PlannedChange[]): Promise<boolean> {
    for (const { place, change } of planned) {
      if (change.kind !== 'remove') continue;
      this.#taken.set(place, { service: change.service, destination: change.destination });
      this.#isOnDisk = false;
    }
    return this.#save();
  }

  /** Forgets those that are in the table. */
  async seen(table: TableIndex): Promise<void> {
    for (const [place, { service, destination }] of this.#taken) {
      const found = table.destination(serviceName(service), destinationName(destination));
      if (found !== null && this.#taken.delete(place)) this.#isOnDisk = false;
    }
    await this.#save();
  }

  async #save(): Promise<boolean> {
    if (this.#isOnDisk) return true;
    this.#isOnDisk = await this.#file.save({ removed: Object.fromEntries(this.#taken) });
    return this.#isOnDisk;
  }
}
