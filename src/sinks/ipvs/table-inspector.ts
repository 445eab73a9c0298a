import { BaseWeights } from './base-weights.ts';
import { driftLines } from './drift.ts';
import type { Managed } from './managed.ts';
import { activeConnections, missingFrom, type RemovedServers } from './plan.ts';
import { RemovedServerList } from './removed-servers.ts';
import type { IpvsReporter } from './reporter.ts';
import type { SavedState } from './saved-state.ts';
import type { TableIndex } from './table-index.ts';
import { TableNotices } from './table-notices.ts';

/** Looks at each table that was read: what other programs changed, what is missing, base weights. */
export class TableInspector {
  readonly #reporter: IpvsReporter;
  readonly #saved: SavedState;
  readonly #notices: TableNotices;
  #bases = new BaseWeights(new Map());
  #removed: RemovedServerList;

  constructor(saved: SavedState, reporter: IpvsReporter) {
    this.#reporter = reporter;
    this.#saved = saved;
    this.#notices = new TableNotices(reporter);
    this.#removed = new RemovedServerList(saved.removedServers, new Map());
  }

  /** Reads what the process before this one saved. */
  load(): void {
    const { baseWeights, removedServers } = this.#saved;
    this.#bases = new BaseWeights(baseWeights.load());
    this.#removed = new RemovedServerList(removedServers, removedServers.load());
  }

  get bases(): BaseWeights {
    return this.#bases;
  }

  get removed(): RemovedServerList {
    return this.#removed;
  }

  get removedServers(): RemovedServers {
    return this.#removed.all;
  }

  /**
   * Reports what is new in `table`, and feeds back what the core has to know of it. Resolves to
   * whether something is missing, once base weights and removed servers are saved.
   */
  async inspect(managed: Managed, before: TableIndex | null, table: TableIndex): Promise<boolean> {
    if (before !== null) {
      const lines = driftLines(managed, before, table);
      this.#reporter.lines(
        'warn',
        'ipvs_drift',
        lines.map((line) => `another program changed the table: ${line}`),
      );
    }
    await this.#removed.forgetFound(table);
    const bases = this.#bases.update(managed, table, this.#removed.all);
    const unsaved = this.#bases.takeUnsaved();
    // Before any weight is written: a weight that a crash leaves behind is not a base weight.
    if (unsaved !== null) await this.#saved.baseWeights.save(unsaved);
    const missing = missingFrom(managed, table, this.#removed.all);
    this.#notices.missing(managed, missing);
    this.#notices.drained(bases);
    this.#notices.orphans(managed, this.#removed.all);
    this.#reporter.table(bases, missing);
    this.#reporter.connections(activeConnections(managed, table));
    return missing.size > 0;
  }
}
