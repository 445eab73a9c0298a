import type { BaseWeight } from '../../model/report.ts';
import type { Managed, ManagedServer } from './managed.ts';
import type { RemovedServers } from './plan.ts';
import type { TableIndex } from './table-index.ts';

/**
 * The weight that stands for 100 % of each real server: the configuration's, else the saved one,
 * else the one it had when it was seen first. Saved by entry of the table and not by the name of
 * the service, which may change.
 */
export class BaseWeights {
  readonly #saved: Map<string, number>;
  #isUnsaved = false;
  /** Whether each had a weight when it was seen first, by key: later weights are our own. */
  readonly #serving = new Map<string, boolean>();
  #drained: ReadonlySet<string> = new Set();
  #undrained: ReadonlySet<string> = new Set();

  constructor(saved: ReadonlyMap<string, number>) {
    this.#saved = new Map(saved);
  }

  /** The weights to save, or `null` where they did not change since the last call. */
  takeUnsaved(): ReadonlyMap<string, number> | null {
    if (!this.#isUnsaved) return null;
    this.#isUnsaved = false;
    return new Map(this.#saved);
  }

  /** Base weights, by key, of the real servers that are in the table or that routevane removed. */
  update(managed: Managed, table: TableIndex, removed: RemovedServers): Map<string, BaseWeight> {
    const bases = new Map<string, BaseWeight>();
    for (const server of managed.servers.values()) {
      const base = this.#updateServer(server, table, removed);
      if (base !== null)
        bases.set(server.key, { ...base, isServing: this.#isServing(server, table) });
    }
    const drained = new Set([...bases].flatMap(([key, base]) => (base.isDrained ? [key] : [])));
    this.#undrained = new Set([...this.#drained].filter((key) => !drained.has(key)));
    this.#drained = drained;
    return bases;
  }

  /** Whether another program gave it a weight just now: the core's intents do not know of it yet. */
  wasUndrained(key: string): boolean {
    return this.#undrained.has(key);
  }

  #isServing({ key, candidates }: ManagedServer, table: TableIndex): boolean {
    const isKnown = this.#serving.get(key);
    if (isKnown !== undefined) return isKnown;
    const isServing = candidates.some(({ serviceName, destinationName }) => {
      const found = table.destination(serviceName, destinationName);
      return found !== null && found.weight > 0;
    });
    this.#serving.set(key, isServing);
    return isServing;
  }

  #updateServer(
    server: ManagedServer,
    table: TableIndex,
    removed: RemovedServers,
  ): BaseWeight | null {
    let base: BaseWeight | null = null;
    for (const { serviceName, destinationName, entryName } of server.candidates) {
      const found =
        table.destination(serviceName, destinationName) ?? removed.get(entryName)?.destination;
      if (found === undefined) continue;
      const weight = this.#weightOf(server, entryName, found.weight);
      // The first entry counts, unless it has no weight and another one does.
      if (base === null || base.isDrained) base = weight;
    }
    return base;
  }

  #weightOf({ configuredWeight }: ManagedServer, entryName: string, found: number): BaseWeight {
    const weight = configuredWeight ?? this.#saved.get(entryName) ?? found;
    // A 0 in the table is never saved: a crash may have left it there.
    if (weight === 0) return { weight, isDrained: configuredWeight === null };
    if (this.#saved.get(entryName) !== weight) {
      this.#saved.set(entryName, weight);
      this.#isUnsaved = true;
    }
    return { weight, isDrained: false };
  }
}
