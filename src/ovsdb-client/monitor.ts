import type { Columns } from './columns.ts';
import type { Change } from './rows/cache.ts';
import type { Uuid } from './values.ts';
import type { Condition, MonitorMethod } from './monitor-request.ts';

/** What to watch: some columns of one table. */
export interface MonitorSpec<C extends Columns> {
  readonly database: string;
  readonly table: string;
  readonly columns: C;
  /** Only rows that meet one of these; left out: all. Needs a server that knows `monitor_cond`. */
  readonly where?: readonly Condition[];
  /** What to try first; default `monitor_cond`. Unknown to the server: the next older one. */
  readonly method?: MonitorMethod;
}

/** Called synchronously, while the bytes that caused it are handled. */
export interface MonitorHandlers<R> {
  /**
   * `rows` are current from now on. `changes` is the difference to the rows of the
   * previous call: every row at the first call, only the differences after a reconnect.
   */
  readonly sync: (rows: ReadonlyMap<Uuid, R>, changes: readonly Change<R>[]) => void;
  /** What one notification changed, at least one row; most often one transaction. */
  readonly changes: (changes: readonly Change<R>[]) => void;
  /**
   * The rows are not current, or could not be had, for this reason; called again
   * when the reason changes. The client goes on trying, and `sync` ends it.
   */
  readonly stale: (reason: string) => void;
}

/** A monitor that was asked for. */
export interface Monitor<R> {
  /** The rows as last reported: a live view, current only between `sync` and `stale`. */
  readonly rows: ReadonlyMap<Uuid, R>;
  /** Ends it; no handler is called any more. */
  readonly cancel: () => void;
}
