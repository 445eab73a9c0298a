import type { SchedulerLike } from 'rxjs';
import { TableError, type TableAccess } from './table-access.ts';
import { Backoff } from '../../platform/backoff.ts';
import { RETRY_MAX_MS, RETRY_MIN_MS } from './limits.ts';
import type { IpvsReporter } from './reporter.ts';

/** Opens the table through netlink or ipvsadm. May throw a `TableError`. */
export type OpenTable = (via: TableAccess['via']) => TableAccess;

const NEITHER_INSTALLED =
  'neither the npm package koffi nor the program ipvsadm is installed: install one of them';

/** Access to the table: opened when it is needed, and opened again after a failure. */
export class TableConnection {
  readonly #open: OpenTable;
  readonly #scheduler: SchedulerLike;
  readonly #reporter: IpvsReporter;
  #via: TableAccess['via'];
  /** Why ipvsadm is used though netlink is configured; logged once ipvsadm works. */
  #withoutNetlink: string | null = null;
  #isLogged = false;
  #access: TableAccess | null = null;
  readonly #backoff = new Backoff({ minMs: RETRY_MIN_MS, maxMs: RETRY_MAX_MS });
  #lastReason = '';

  constructor(
    via: TableAccess['via'],
    open: OpenTable,
    scheduler: SchedulerLike,
    reporter: IpvsReporter,
  ) {
    this.#via = via;
    this.#open = open;
    this.#scheduler = scheduler;
    this.#reporter = reporter;
  }

  get via(): TableAccess['via'] {
    return this.#via;
  }

  access(): TableAccess {
    this.#access ??= this.#open(this.#via);
    return this.#access;
  }

  /** The table was read. */
  succeeded(): void {
    this.#lastReason = '';
    if (this.#via === 'netlink' || this.#withoutNetlink === null || this.#isLogged) return;
    this.#isLogged = true;
    const message = `${this.#withoutNetlink}; until then the program ipvsadm is used, which is slower`;
    this.#reporter.notice('warn', 'ipvs_without_netlink', message);
  }

  /** All changes are written: the next failure is the first in a row. */
  resetRetry(): void {
    this.#backoff.reset();
  }

  /** When to try again after a failure: later with each failure in a row. */
  retryAtMs(): number {
    return this.#scheduler.now() + this.#backoff.next();
  }

  /** The reason to report (`null`: ipvsadm is tried first), and when to try again. */
  failed(error: unknown): { readonly reason: string | null; readonly atMs: number } {
    this.close();
    if (error instanceof TableError && error.code === 'no_koffi' && this.#via === 'netlink') {
      this.#via = 'ipvsadm';
      this.#withoutNetlink = error.message;
      return { reason: null, atMs: -Infinity };
    }
    const reason = this.#reasonOf(error);
    if (reason !== this.#lastReason) this.#reporter.notice('error', 'ipvs_lost', reason);
    this.#lastReason = reason;
    return { reason, atMs: this.retryAtMs() };
  }

  #reasonOf(error: unknown): string {
    const isNeither = error instanceof TableError && error.code === 'no_ipvsadm';
    if (!isNeither || this.#withoutNetlink === null) {
      return error instanceof Error ? error.message : String(error);
    }
    // Netlink is tried first again: either may have been installed meanwhile.
    this.#via = 'netlink';
    return NEITHER_INSTALLED;
  }

  close(): void {
    this.#access?.close();
    this.#access = null;
  }
}
