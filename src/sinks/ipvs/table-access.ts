import type { IpvsInfo } from '../../protocol/ipvs/replies.ts';
import type { ChangeResult, TableChange, TableService } from '../../protocol/ipvs/table.ts';

/** Access to the IPVS table: through generic netlink in-process, or the program ipvsadm. */
export interface TableAccess {
  readonly via: 'netlink' | 'ipvsadm';
  /** The whole table. Rejects with a `TableError`. */
  dump(): Promise<readonly TableService[]>;
  /** Makes all changes in order; one result each. Rejects only where the table cannot be reached. */
  apply(changes: readonly TableChange[]): Promise<readonly ChangeResult[]>;
  /** Version and connection table of IPVS. Rejects with a `TableError`. */
  readonly info?: () => Promise<IpvsInfo>;
  close(): void;
}

/** The table cannot be reached: the message says what to do. */
export class TableError extends Error {
  readonly code: 'no_ipvs' | 'no_permission' | 'no_koffi' | 'no_ipvsadm' | 'failed';

  constructor(code: TableError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
