import { ipvsadmLine } from '../../protocol/ipvs/ipvsadm-line.ts';
import type { TableChange } from '../../protocol/ipvs/table.ts';

/** The command line that makes the same change, for the log. */
export function ipvsadmCommand(change: TableChange): string {
  const line = ipvsadmLine(change);
  return line.ok ? `ipvsadm ${line.line}` : `(cannot be written for ipvsadm: ${line.reason})`;
}
