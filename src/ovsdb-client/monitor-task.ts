import type { Clock } from './clock.ts';
import { isRow, type Columns, type Row } from './columns.ts';
import { Fault } from './fault.ts';
import { Backoff } from './backoff.ts';
import { RowCache } from './rows/cache.ts';
import { readEdits } from './rows/edits.ts';
import type { Plan } from './rows/plan.ts';
import type { Connection } from './wire/connection.ts';
import type { Reply } from './wire/pending.ts';
import type { MonitorHandlers, MonitorSpec } from './monitor.ts';
import { judgeReplies } from './monitor-replies.ts';
import {
  dialectOf,
  monitorParams,
  NO_TRANSACTION,
  type MonitorMethod,
  type Notice,
  type Snapshot,
} from './monitor-request.ts';

/** Updates that may come before the monitor is set up. */
const EARLY_UPDATES_MAX = 1000;

type Update = Extract<Notice, { kind: 'update' }>;
type Link = Pick<Connection, 'request' | 'drop'>;

/** One request for rows over one connection. */
interface Attempt {
  readonly id: string;
  readonly link: Link;
  readonly method: MonitorMethod;
  readonly early: Update[];
  /** Set once the rows are current. */
  plan: Plan | null;
}

export interface TaskContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  /** `synced` may have changed. */
  readonly settled: () => void;
}

/** One monitor through all connections, retries and cancellations, until it is stopped. */
export class MonitorTask<C extends Columns> {
  readonly #spec: MonitorSpec<C>;
  readonly #handlers: MonitorHandlers<Row<C>>;
  readonly #context: TaskContext;
  readonly #cache: RowCache<Row<C>>;
  readonly #backoff: Backoff;
  #attempt: Attempt | null = null;
  #cancelRetry = (): void => {};
  #lastTransaction = NO_TRANSACTION;
  #reportedReason: string | null = null;

  constructor(spec: MonitorSpec<C>, handlers: MonitorHandlers<Row<C>>, context: TaskContext) {
    this.#spec = spec;
    this.#handlers = handlers;
    this.#context = context;
    this.#cache = new RowCache((row) => isRow(spec.columns, row));
    this.#backoff = new Backoff(context.random);
  }

  get rows(): RowCache<Row<C>>['rows'] {
    return this.#cache.rows;
  }

  get synced(): boolean {
    return this.#attempt !== null && this.#attempt.plan !== null;
  }

  /** A connection is there. */
  begin(link: Link): void {
    this.#try(link, this.#spec.method ?? 'monitor_cond');
  }

  /** The connection is gone, or there was none. */
  lost(reason: string): void {
    this.#cancelRetry();
    this.#attempt = null;
    this.#reportStale(reason);
  }

  stop(): void {
    this.#cancelRetry();
    const attempt = this.#attempt;
    this.#attempt = null;
    if (attempt !== null) cancelAtServer(attempt);
  }

  /** Something came for a monitor; perhaps for this one. */
  notice(notice: Notice): void {
    const attempt = this.#attempt;
    if (attempt === null || attempt.id !== notice.id) return;
    if (notice.kind === 'canceled') {
      this.#lastTransaction = NO_TRANSACTION;
      this.#retryLater(
        attempt.link,
        'the server cancelled the monitor (schema or database changed)',
      );
    } else if (attempt.plan !== null) this.#update(attempt, attempt.plan, notice);
    else if (attempt.early.length < EARLY_UPDATES_MAX) attempt.early.push(notice);
    else attempt.link.drop('too many updates before the reply to the monitor request');
  }

  /**
   * The schema is asked for after the monitor: a conversion in between cancels the
   * monitor, so the rows are never read by a schema that is not theirs.
   */
  #try(link: Link, method: MonitorMethod): void {
    const { database, table, columns, where = null } = this.#spec;
    const attempt: Attempt = { id: this.#context.newId(), link, method, early: [], plan: null };
    this.#attempt = attempt;
    const params = monitorParams(method, attempt.id, {
      database,
      table,
      columns: Object.keys(columns),
      where,
      lastTransaction: this.#lastTransaction,
    });
    let monitorReply: Reply = { kind: 'failed', reason: `no answer to ${method}` };
    link.request(method, params, (reply) => {
      monitorReply = reply;
    });
    link.request('get_schema', [database], (schemaReply) => {
      if (this.#attempt === attempt) this.#replied(attempt, monitorReply, schemaReply);
    });
  }

  #replied(attempt: Attempt, monitorReply: Reply, schemaReply: Reply): void {
    const verdict = judgeReplies(this.#spec, attempt.method, monitorReply, schemaReply);
    switch (verdict.kind) {
      case 'rows':
        this.#sync(attempt, verdict.plan, verdict.snapshot);
        break;
      case 'older':
        this.#try(attempt.link, verdict.method);
        break;
      case 'refused':
        if (monitorReply.kind === 'result') cancelAtServer(attempt);
        this.#retryLater(attempt.link, verdict.reason);
        break;
      case 'broken':
        attempt.link.drop(verdict.reason);
        break;
    }
  }

  #sync(attempt: Attempt, plan: Plan, snapshot: Snapshot): void {
    const edits = readEdits(dialectOf(attempt.method), this.#spec.table, snapshot.updates);
    if (edits instanceof Fault) return attempt.link.drop(edits.reason);
    const changes = snapshot.isDifference
      ? this.#cache.apply(plan, edits)
      : this.#cache.replace(plan, edits);
    if (changes instanceof Fault) return attempt.link.drop(changes.reason);
    this.#lastTransaction = snapshot.transaction ?? NO_TRANSACTION;
    attempt.plan = plan;
    this.#reportedReason = null;
    this.#backoff.succeeded(this.#context.clock.nowMs());
    this.#handlers.sync(this.#cache.rows, changes);
    for (const update of attempt.early.splice(0)) this.#update(attempt, plan, update);
    return this.#context.settled();
  }

  #update(attempt: Attempt, plan: Plan, update: Update): void {
    // A handler may have cancelled us, or an earlier update ended the connection.
    if (this.#attempt !== attempt) return;
    const edits = readEdits(update.dialect, this.#spec.table, update.updates);
    const changes = edits instanceof Fault ? edits : this.#cache.apply(plan, edits);
    if (changes instanceof Fault) attempt.link.drop(changes.reason);
    else {
      this.#lastTransaction = update.transaction ?? NO_TRANSACTION;
      if (changes.length > 0) this.#handlers.changes(changes);
    }
  }

  /** The connection is good, this monitor is not: the others need not suffer. */
  #retryLater(link: Link, reason: string): void {
    this.#attempt = null;
    const waitMs = this.#backoff.failed(this.#context.clock.nowMs());
    this.#cancelRetry = this.#context.clock.after(waitMs, () => this.begin(link));
    this.#reportStale(reason);
    this.#context.settled();
  }

  #reportStale(reason: string): void {
    if (this.#reportedReason === reason) return;
    this.#reportedReason = reason;
    this.#handlers.stale(reason);
  }
}

function cancelAtServer({ id, link }: Attempt): void {
  // Whatever it answers: we do not listen to this id any more.
  link.request('monitor_cancel', [id], () => {});
}
