import type { SchedulerLike, Subscription } from 'rxjs';
import type { Turn, WeightIntent } from '../../model/turn.ts';
import type { TableService } from '../../protocol/ipvs/table.ts';
import { quiesced, takeBatch, type ServerChanges } from './batch.ts';
import { Confirmations, type FailedChange } from './confirmations.ts';
import { BATCH_MAX, COMPARE_MS, MISSING_MS, READ_BACK_MS, WATCH_MS } from './limits.ts';
import type { Managed, ManagedServer } from './managed.ts';
import { planServer, type ServerPlan } from './plan.ts';
import type { IpvsReporter } from './reporter.ts';
import type { SavedState } from './saved-state.ts';
import type { TableAccess } from './table-access.ts';
import type { TableConnection } from './table-connection.ts';
import { TableIndex } from './table-index.ts';
import { TableInspector } from './table-inspector.ts';
import { writeTable } from './table-writer.ts';

/** Logs advice on the table, once it was read for the first time. */
export type Advise = (access: TableAccess, services: readonly TableService[]) => Promise<void>;

const NOT_IN_THE_TABLE: FailedChange = {
  ok: false,
  code: 'failed',
  reason: 'ipvsadm reported success, but the change is not in the table',
};

/**
 * Keeps the weights in the IPVS table at what each turn says.
 *
 * One thing at a time: it either reads and compares the whole table, or writes one batch of
 * changes. Newer intents wait meanwhile, the newest of each server only.
 */
export class TableReconciler {
  readonly #connection: TableConnection;
  readonly #scheduler: SchedulerLike;
  readonly #reporter: IpvsReporter;
  readonly #advise: Advise;
  readonly #inspector: TableInspector;
  readonly #confirmations: Confirmations;
  #managed: Managed;
  #wants: ReadonlyMap<string, WeightIntent> = new Map();
  #watched: ReadonlySet<string> = new Set();
  /** `null`: not read yet, or not since the last failure. */
  #table: TableIndex | null = null;
  /** Real servers whose intent is not carried out yet, by key. */
  readonly #pending = new Set<string>();
  /** Written, and to be confirmed by the next reading. */
  #unconfirmed: readonly ServerChanges[] = [];
  #readAtMs = -Infinity;
  #compareAtMs = -Infinity;
  #isAdvised = false;
  #isBusy = true;
  #isClosed = false;
  #alarm: Subscription | null = null;
  #whenIdle: (() => void)[] = [];

  constructor(
    managed: Managed,
    connection: TableConnection,
    saved: SavedState,
    reporter: IpvsReporter,
    scheduler: SchedulerLike,
    advise: Advise,
  ) {
    this.#managed = managed;
    this.#connection = connection;
    this.#inspector = new TableInspector(saved, reporter);
    this.#confirmations = new Confirmations(reporter);
    this.#reporter = reporter;
    this.#scheduler = scheduler;
    this.#advise = advise;
  }

  /** Reads the saved state; only then is the table read or written. */
  start(): void {
    this.#inspector.load();
    this.#isBusy = false;
    this.#next();
  }

  /** Compares the table with the new configuration at once. */
  configure(managed: Managed): void {
    this.#managed = managed;
    this.#compareAtMs = -Infinity;
    this.#next();
  }

  turn({ intents }: Turn): void {
    this.#wants = intents.weights;
    this.#watched = intents.watched;
    for (const key of intents.changedWeights) this.#pending.add(key);
    if (this.#watched.size > 0) this.#compareBy(this.#readAtMs + WATCH_MS);
    this.#next();
  }

  /** Resolves when nothing is under way, nor can be written. */
  whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
      this.#next();
    });
  }

  /** Starts nothing more; the result of what is under way is not reported. */
  close(): void {
    this.#isClosed = true;
    this.#alarm?.unsubscribe();
    this.#connection.close();
  }

  #next(): void {
    if (this.#isBusy || this.#isClosed) return;
    this.#alarm?.unsubscribe();
    const nowMs = this.#scheduler.now();
    const table = this.#table;
    if (this.#compareAtMs <= nowMs) return void this.#work(() => this.#compare());
    if (table !== null && this.#pending.size > 0) return void this.#work(() => this.#write(table));
    for (const resolve of this.#whenIdle.splice(0)) resolve();
    const waitMs = Math.max(1, this.#compareAtMs - nowMs);
    this.#alarm = this.#scheduler.schedule(() => this.#next(), waitMs);
  }

  async #work(work: () => Promise<void>): Promise<void> {
    this.#isBusy = true;
    try {
      await work();
    } catch (error) {
      if (!this.#isClosed) this.#lost(error);
    }
    this.#isBusy = false;
    this.#next();
  }

  /** Reads the whole table, and finds what has to be written. */
  async #compare(): Promise<void> {
    const access = this.#connection.access();
    const services = await access.dump();
    if (this.#isClosed) return;
    const table = new TableIndex(services);
    this.#readAtMs = this.#scheduler.now();
    this.#compareAtMs = this.#readAtMs + (this.#watched.size > 0 ? WATCH_MS : COMPARE_MS);
    this.#connection.succeeded();
    this.#reporter.state('connected', this.#connection.via);
    const isMissing = await this.#inspector.inspect(this.#managed, this.#table, table);
    if (isMissing) this.#compareBy(this.#readAtMs + MISSING_MS);
    this.#table = table;
    this.#compareWants(table);
    if (this.#isAdvised) return;
    this.#isAdvised = true;
    // Not awaited: nothing else depends on the advice.
    void this.#advise(access, services);
  }

  #compareWants(table: TableIndex): void {
    const unconfirmed = new Map(this.#unconfirmed.map((written) => [written.key, written]));
    this.#unconfirmed = [];
    let wasIgnored = false;
    for (const [key, want] of this.#wants) {
      const server = this.#managed.servers.get(key);
      if (server === undefined) continue;
      const written = unconfirmed.get(key);
      if (written !== undefined) {
        const isInTable = this.#planOf(server, written.weight, table).kind === 'in-sync';
        if (isInTable) this.#confirmations.confirm(written);
        else this.#confirmations.refuse(written, NOT_IN_THE_TABLE);
      }
      const plan = this.#planOf(server, want.weight, table);
      if (plan.kind === 'in-sync') {
        if (!this.#confirmations.isConfirmed(want)) this.#confirmations.inSync(want);
        this.#pending.delete(key);
        continue;
      }
      this.#confirmations.drop(key);
      if (plan.kind === 'missing') continue;
      if (this.#inspector.bases.wasUndrained(key)) {
        // A weight that another program just set is not reset: the next turn decides on it.
        this.#compareBy(this.#readAtMs + READ_BACK_MS);
      } else if (written?.weight === want.weight) wasIgnored = true;
      else this.#pending.add(key);
    }
    // A change that ipvsadm reported and IPVS did not make is not tried again at once.
    if (wasIgnored) this.#compareBy(this.#connection.retryAtMs());
    else if (this.#pending.size === 0) this.#connection.resetRetry();
  }

  async #write(table: TableIndex): Promise<void> {
    const { inSync, toWrite } = takeBatch(this.#pending, BATCH_MAX, (key) => {
      const want = this.#wants.get(key);
      const server = this.#managed.servers.get(key);
      if (want === undefined || server === undefined) return null;
      return { want, plan: this.#planOf(server, want.weight, table) };
    });
    for (const want of inSync) this.#confirmations.inSync(want);
    if (toWrite.length === 0) return;
    const removes = toWrite
      .flatMap(({ changes }) => changes)
      .filter(({ change }) => change.kind === 'remove');
    const isSaved = removes.length === 0 || (await this.#inspector.removed.saveBefore(removes));
    if (this.#isClosed) return;
    await this.#apply(isSaved ? toWrite : quiesced(toWrite), table);
  }

  async #apply(batch: readonly ServerChanges[], table: TableIndex): Promise<void> {
    // All may be at weight 0 already, where none could be removed.
    if (batch.every(({ changes }) => changes.length === 0)) return;
    const { failure, unconfirmed } = await writeTable(
      this.#connection.access(),
      batch,
      table,
      this.#reporter,
      this.#confirmations,
    );
    this.#unconfirmed = unconfirmed;
    if (failure?.code === 'denied') throw new Error(failure.reason);
    if (failure === null) {
      if (unconfirmed.length === 0) this.#connection.resetRetry();
      this.#compareBy(this.#scheduler.now() + READ_BACK_MS);
    } else this.#compareBy(this.#connection.retryAtMs());
    if (unconfirmed.length > 0) this.#compareAtMs = -Infinity;
  }

  #planOf(server: ManagedServer, weight: number | 'removed', table: TableIndex): ServerPlan {
    return planServer(server, weight, table, this.#inspector.removedServers);
  }

  #compareBy(atMs: number): void {
    this.#compareAtMs = Math.min(this.#compareAtMs, atMs);
  }

  /** The table cannot be reached: nothing is known of it until it is read again. */
  #lost(error: unknown): void {
    this.#table = null;
    this.#unconfirmed = [];
    this.#confirmations.dropAll();
    const { reason, atMs } = this.#connection.failed(error);
    if (reason !== null) this.#reporter.state('lost', reason);
    this.#compareAtMs = atMs;
  }
}
