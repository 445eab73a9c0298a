import type { TableAccess } from './table-access.ts';
import { ipvsadmAccess } from './ipvsadm-access.ts';
import { netlinkAccess } from './netlink-access.ts';

/** Chooses how the IPVS table is accessed; the first call opens it. */
export function openTable(via: TableAccess['via']): TableAccess {
  switch (via) {
    case 'netlink':
      return netlinkAccess();
    case 'ipvsadm':
      return ipvsadmAccess();
    default:
      return via satisfies never;
  }
}
