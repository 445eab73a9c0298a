import type { TableAccess } from './access.ts';
import { ipvsadmAccess } from './ipvsadm.ts';
import { netlinkAccess } from './netlink.ts';

/** The two ways to the kernel's table; the way itself is tried with the first call. */
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
