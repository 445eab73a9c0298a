/** Something the operator should know, logged once or at a limited rate. */
export interface Notice {
  readonly level: 'info' | 'warn' | 'error';
  /** A stable name for filters: `ack_missing`, `sentinel_closed_by_server`. */
  readonly event: string;
  readonly message: string;
  /** The same as data, for programs. */
  readonly fields?: Readonly<Record<string, unknown>>;
}
