import type { BaseWeight } from '../../model/report.ts';
import type { Owned, OwnedServer } from './owned.ts';
import type { TakenOut } from './plan.ts';
import type { TableIndex } from './table-index.ts';

/**
 * The weight that stands for 100 % of each real server: the configuration's, else the
 * one remembered, else the one found when it was seen first. Remembered by place in
 * the table and not by the name of the service, which may change.
 */
export class BaseWeights {
  readonly #remembered: Map<string, number>;
  #isChanged = false;
  /** Whether each had a weight when it was seen first, by key: later weights are our own. */
  readonly #serving = new Map<string, boolean>();
  #drained: ReadonlySet<string> = new Set();
  #freed: ReadonlySet<string> = new Set();

  constructor(remembered: ReadonlyMap<string, number>) {
    this.#remembered = new Map(remembered);
  }

  /** What to keep on disk, where it differs from what was taken last. */
  takeChanged(): ReadonlyMap<string, number> | null {
    if (!this.#isChanged) return null;
    this.#isChanged = false;
    return new Map(this.#remembered);
  }

  /** Looks at the table: base weights by real server's key of all that are there, or that we took out. */
  adopt(owned: Owned, table: TableIndex, taken: TakenOut): Map<string, BaseWeight> {
    const bases = new Map<string, BaseWeight>();
    for (const server of owned.servers.values()) {
      const base = this.#adoptServer(server, table, taken);
      if (base !== null)
        bases.set(server.key, { ...base, isServing: this.#isServing(server, table) });
    }
    const drained = new Set([...bases].flatMap(([key, base]) => (base.isDrained ? [key] : [])));
    this.#freed = new Set([...this.#drained].filter((key) => !drained.has(key)));
    this.#drained = drained;
    return bases;
  }

  /** Whether somebody gave it a weight since the look before the last: intents know of none yet. */
  isFreed(key: string): boolean {
    return this.#freed.has(key);
  }

  #isServing({ key, candidates }: OwnedServer, table: TableIndex): boolean {
    const isKnown = this.#serving.get(key);
    if (isKnown !== undefined) return isKnown;
    const isServing = candidates.some(
      ({ serviceName, destinationName }) =>
        (table.destination(serviceName, destinationName)?.weight ?? 0) > 0,
    );
    this.#serving.set(key, isServing);
    return isServing;
  }

  #adoptServer(server: OwnedServer, table: TableIndex, taken: TakenOut): BaseWeight | null {
    let base: BaseWeight | null = null;
    for (const { serviceName, destinationName, place } of server.candidates) {
      const found =
        table.destination(serviceName, destinationName) ?? taken.get(place)?.destination;
      if (found === undefined) continue;
      const weight = this.#weightOf(server, place, found.weight);
      // The first place speaks for the server, unless it is the one without a weight.
      if (base === null || base.isDrained) base = weight;
    }
    return base;
  }

  #weightOf({ configuredWeight }: OwnedServer, place: string, found: number): BaseWeight {
    const weight = configuredWeight ?? this.#remembered.get(place) ?? found;
    // A 0 that was found is never remembered: it may be what a crash left behind.
    if (weight === 0) return { weight, isDrained: configuredWeight === null };
    if (this.#remembered.get(place) !== weight) {
      this.#remembered.set(place, weight);
      this.#isChanged = true;
    }
    return { weight, isDrained: false };
  }
}
