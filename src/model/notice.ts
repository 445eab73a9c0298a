/** Something the operator should know, said once or at a bounded rate. */
export interface Notice {
  readonly level: 'info' | 'warn' | 'error';
  /** A stable name for filters: `ack_missing`, `sentinel_closed_by_server`. */
  readonly event: string;
  readonly message: string;
  /** Besides, for machines: plain data. */
  readonly fields?: Readonly<Record<string, unknown>>;
}
