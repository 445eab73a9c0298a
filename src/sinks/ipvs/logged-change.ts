import { ipvsadmLine as restoreLine } from '../../protocol/ipvs/line.ts';
import type { TableChange } from '../../protocol/ipvs/table.ts';

/** A change as the command line that would do the same, for people. */
export function loggedChange(change: TableChange): string {
  const said = restoreLine(change);
  return said.ok ? `ipvsadm ${said.line}` : `(cannot be written for ipvsadm: ${said.reason})`;
}
