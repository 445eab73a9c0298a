import type { IpvsInfo } from '../../protocol/ipvs/replies.ts';
import type { ChangeResult, TableChange, TableService } from '../../protocol/ipvs/table.ts';

/** One way to the kernel's table: generic netlink in-process, or the program ipvsadm. */
export interface TableAccess {
  readonly via: 'netlink' | 'ipvsadm';
  /** The whole table. Rejects with a `TableError`. */
  dump(): Promise<readonly TableService[]>;
  /** Carries out all changes in order; one result each. Rejects only where the way itself failed. */
  apply(changes: readonly TableChange[]): Promise<readonly ChangeResult[]>;
  /** What IPVS tells of itself. Rejects with a `TableError`. */
  readonly info?: () => Promise<IpvsInfo>;
  close(): void;
}

/** The way to the table does not work: what to do is in its message. */
export class TableError extends Error {
  readonly code: 'no_ipvs' | 'no_permission' | 'no_koffi' | 'no_ipvsadm' | 'failed';

  constructor(code: TableError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
