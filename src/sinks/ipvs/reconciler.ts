import type { SchedulerLike, Subscription } from 'rxjs';
import type { Turn, WeightIntent } from '../../model/turn.ts';
import type { ChangeResult, TableService } from '../../protocol/ipvs/table.ts';
import type { TableAccess } from './access.ts';
import { BaseWeights } from './base-weights.ts';
import { quiesced, takeBatch, type Write } from './batch.ts';
import { driftLines } from './drift.ts';
import { BATCH_MAX, COMPARE_MS, MISSING_MS, READ_BACK_MS, WATCH_MS } from './limits.ts';
import { MissingNotices } from './missing-notices.ts';
import type { Owned } from './owned.ts';
import { activeConnections, missingFrom, planServer } from './plan.ts';
import type { TableConnection } from './table-connection.ts';
import type { SavedState } from './saved-state.ts';
import type { IpvsReporter } from './reporter.ts';
import { TableIndex } from './table-index.ts';
import { TakenOutServers } from './taken-out.ts';

/** What is told of the table the first time it was read. */
export type Advise = (access: TableAccess, services: readonly TableService[]) => Promise<void>;

type Failed = Extract<ChangeResult, { ok: false }>;

const NOT_IN_THE_TABLE: Failed = {
  ok: false,
  code: 'failed',
  reason: 'ipvsadm reported success, but the change is not in the table',
};

/**
 * Keeps the kernel's table at what each turn says should be.
 *
 * One thing at a time: either the whole table is read and compared, or one batch of
 * changes is under way. Newer intents wait meanwhile, the newest of each server only.
 */
export class TableReconciler {
  readonly #reach: TableConnection;
  readonly #scheduler: SchedulerLike;
  readonly #reporter: IpvsReporter;
  readonly #advise: Advise;
  readonly #remembered: SavedState;
  readonly #missing: MissingNotices;
  #owned: Owned;
  #bases = new BaseWeights(new Map());
  #taken: TakenOutServers;
  #wants: ReadonlyMap<string, WeightIntent> = new Map();
  #watched: ReadonlySet<string> = new Set();
  /** `null`: not read yet, or what was read is not to be relied on. */
  #table: TableIndex | null = null;
  /** Real servers whose intent is not carried out yet, by key. */
  readonly #pending = new Set<string>();
  /** What was told to be right, by key. */
  readonly #confirmed = new Map<string, number | 'removed'>();
  /** Written, and to be confirmed by the next look at the table. */
  #unread: Write[] = [];
  /** Refusals that were told, by key: the same is tried again and again. */
  readonly #refused = new Map<string, string>();
  #readAtMs = -Infinity;
  #compareAtMs = -Infinity;
  #isAdvised = false;
  #isBusy = true;
  #isClosed = false;
  #alarm: Subscription | null = null;
  #idle: (() => void)[] = [];

  constructor(
    owned: Owned,
    connection: TableConnection,
    remembered: SavedState,
    reporter: IpvsReporter,
    scheduler: SchedulerLike,
    advise: Advise,
  ) {
    this.#owned = owned;
    this.#reach = connection;
    this.#remembered = remembered;
    this.#reporter = reporter;
    this.#scheduler = scheduler;
    this.#advise = advise;
    this.#missing = new MissingNotices(reporter);
    this.#taken = new TakenOutServers(remembered.takenOut, new Map());
  }

  /** Nothing is read or written before what an earlier life left behind is known. */
  async start(): Promise<void> {
    const [bases, taken] = await Promise.all([
      this.#remembered.baseWeights.load(),
      this.#remembered.takenOut.load(),
    ]);
    this.#bases = new BaseWeights(bases ?? new Map());
    this.#taken = new TakenOutServers(this.#remembered.takenOut, taken ?? new Map());
    this.#isBusy = false;
    this.#next();
  }

  /** The table is compared with the new configuration at once. */
  configure(owned: Owned): void {
    this.#owned = owned;
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
      this.#idle.push(resolve);
      this.#next();
    });
  }

  /** Ends all that waits; what is under way ends by itself and is not told. */
  close(): void {
    this.#isClosed = true;
    this.#alarm?.unsubscribe();
    this.#reach.close();
  }

  #next(): void {
    if (this.#isBusy || this.#isClosed) return;
    this.#alarm?.unsubscribe();
    const nowMs = this.#scheduler.now();
    const table = this.#table;
    if (this.#compareAtMs <= nowMs) return void this.#work(() => this.#compare());
    if (table !== null && this.#pending.size > 0) return void this.#work(() => this.#write(table));
    for (const resolve of this.#idle.splice(0)) resolve();
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

  /** Reads the whole table: for drift, for what is missing, for what has to be written. */
  async #compare(): Promise<void> {
    const access = this.#reach.access();
    const services = await access.dump();
    if (this.#isClosed) return;
    const before = this.#table;
    const table = new TableIndex(services);
    this.#readAtMs = this.#scheduler.now();
    this.#compareAtMs = this.#readAtMs + (this.#watched.size > 0 ? WATCH_MS : COMPARE_MS);
    this.#reach.works();
    this.#reporter.state('connected', this.#reach.via);
    if (before !== null) {
      const lines = driftLines(this.#owned, before, table);
      this.#reporter.lines(
        'warn',
        'ipvs_drift',
        lines.map((line) => `another program changed the table: ${line}`),
      );
    }
    await this.#taken.seen(table);
    const bases = this.#bases.adopt(this.#owned, table, this.#taken.all);
    const changed = this.#bases.takeChanged();
    // Before any weight is written: what a crash leaves behind is no base.
    if (changed !== null) {
      await this.#remembered.baseWeights.save({ weights: Object.fromEntries(changed) });
    }
    const missing = missingFrom(this.#owned, table, this.#taken.all);
    this.#missing.tell(this.#owned, missing);
    if (missing.size > 0) this.#compareBy(this.#readAtMs + MISSING_MS);
    this.#missing.tellDrained(bases);
    this.#missing.tellOrphans(this.#owned, this.#taken.all);
    this.#table = table;
    this.#reporter.table(bases, missing);
    this.#reporter.connections(activeConnections(this.#owned, table));
    this.#compareWants(table);
    if (this.#isAdvised) return;
    this.#isAdvised = true;
    // Nothing waits for what is only for people.
    void this.#advise(access, services);
  }

  #compareWants(table: TableIndex): void {
    const unread = new Map(this.#unread.map((write) => [write.key, write]));
    this.#unread = [];
    let isAgain = false;
    for (const [key, { weight, cause }] of this.#wants) {
      const server = this.#owned.servers.get(key);
      if (server === undefined) continue;
      const write = unread.get(key);
      if (write !== undefined) {
        if (planServer(server, write.weight, table, this.#taken.all).kind === 'right') {
          this.#confirm(write);
        } else this.#refuse(write, NOT_IN_THE_TABLE);
      }
      const plan = planServer(server, weight, table, this.#taken.all);
      if (plan.kind === 'right') {
        if (this.#confirmed.get(key) !== weight) this.#right(key, weight, cause);
        this.#pending.delete(key);
        continue;
      }
      this.#confirmed.delete(key);
      if (plan.kind === 'missing') continue;
      if (this.#bases.isFreed(key)) {
        // What others just gave it is not taken away for a moment; the next turn decides.
        this.#compareBy(this.#readAtMs + READ_BACK_MS);
      } else if (write?.weight === weight) isAgain = true;
      else this.#pending.add(key);
    }
    // What was said to be done and is not is not written again at once.
    if (isAgain) this.#compareBy(this.#reach.retryAtMs());
    else if (this.#pending.size === 0) this.#reach.calm();
  }

  async #write(table: TableIndex): Promise<void> {
    const { right, writes: planned } = takeBatch(this.#pending, BATCH_MAX, (key) => {
      const want = this.#wants.get(key);
      const server = this.#owned.servers.get(key);
      if (want === undefined || server === undefined) return null;
      return { want, plan: planServer(server, want.weight, table, this.#taken.all) };
    });
    for (const { server, weight, cause } of right) this.#right(server, weight, cause);
    if (planned.length === 0) return;
    const removes = planned
      .flatMap(({ changes }) => changes)
      .filter(({ change }) => change.kind === 'remove');
    const isSafe = removes.length === 0 || (await this.#taken.before(removes));
    if (this.#isClosed) return;
    const writes = isSafe ? planned : quiesced(planned);
    await this.#apply(this.#reach.access(), writes, table);
  }

  async #apply(access: TableAccess, writes: readonly Write[], table: TableIndex): Promise<void> {
    const changes = writes.flatMap((write) => write.changes.map(({ change }) => change));
    if (changes.length === 0) return;
    // Handed over first, told afterwards.
    const applied = access.apply(changes);
    for (const write of writes) this.#reporter.write(write, 'sent');
    let results: readonly ChangeResult[];
    try {
      results = await applied;
    } catch (error) {
      for (const write of writes) this.#reporter.write(write, 'unanswered');
      throw error;
    }
    let index = 0;
    let failure: Failed | null = null;
    for (const write of writes) {
      const own = results.slice(index, (index += write.changes.length));
      const failed = own.find((result) => !result.ok);
      if (failed?.ok === false) failure = failed;
      for (const [at, { change }] of write.changes.entries()) {
        if (own[at]?.ok === true) table.changed(change);
      }
      if (failed?.ok === false) this.#refuse(write, failed);
      else if (access.via === 'netlink') this.#confirm(write);
      // ipvsadm's word for it is less than the kernel's: confirmed once it was read back.
      else this.#unread.push(write);
    }
    if (failure?.code === 'denied') throw new Error(failure.reason);
    if (failure === null) {
      if (this.#unread.length === 0) this.#reach.calm();
      this.#compareBy(this.#scheduler.now() + READ_BACK_MS);
    } else this.#compareBy(this.#reach.retryAtMs());
    if (this.#unread.length > 0) this.#compareAtMs = -Infinity;
  }

  #right(key: string, weight: number | 'removed', cause: WeightIntent['cause']): void {
    this.#confirmed.set(key, weight);
    this.#refused.delete(key);
    this.#reporter.right(key, weight, cause);
  }

  #confirm(write: Write): void {
    this.#confirmed.set(write.key, write.weight);
    this.#refused.delete(write.key);
    this.#reporter.write(write, 'confirmed');
  }

  #refuse(write: Write, { code, reason }: Failed): void {
    this.#confirmed.delete(write.key);
    const refusal = `${write.weight} ${reason}`;
    if (this.#refused.get(write.key) === refusal) return;
    this.#refused.set(write.key, refusal);
    this.#reporter.write(write, 'rejected');
    this.#reporter.trouble(`ipvs_${code}`, `${write.key}: weight ${write.weight}: ${reason}`);
  }

  #compareBy(atMs: number): void {
    this.#compareAtMs = Math.min(this.#compareAtMs, atMs);
  }

  /** The way to the table failed: nothing is known until it was read again. */
  #lost(error: unknown): void {
    this.#table = null;
    this.#unread = [];
    this.#confirmed.clear();
    const { reason, atMs } = this.#reach.failed(error);
    if (reason !== null) this.#reporter.state('lost', reason);
    this.#compareAtMs = atMs;
  }
}
