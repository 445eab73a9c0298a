import { getSystemErrorName } from 'node:util';
import type { ChangeResult } from '../../protocol/ipvs/table.ts';

export const EPERM = 1;
export const ENOENT = 2;
const ESRCH = 3;
const EEXIST = 17;
/** EINVAL, ERANGE, EOPNOTSUPP, EAFNOSUPPORT: IPVS does not accept a value. */
const REFUSALS: ReadonlySet<number> = new Set([22, 34, 95, 97]);

export const NEEDS_CAPABILITY =
  'access to the IPVS table is denied: run routevane as root or give it CAP_NET_ADMIN (AmbientCapabilities=CAP_NET_ADMIN in its unit)';
export const NO_IPVS = 'this kernel has no IPVS: load it with `modprobe ip_vs`';

/** What the errno of one change means. */
export function resultOf(errno: number): ChangeResult {
  switch (errno) {
    case 0:
      return { ok: true };
    case EPERM:
      return { ok: false, code: 'denied', reason: NEEDS_CAPABILITY };
    case ENOENT:
      return { ok: false, code: 'missing', reason: 'the real server is not in the table' };
    case ESRCH:
      return { ok: false, code: 'missing', reason: 'the service is not in the table' };
    case EEXIST:
      return { ok: false, code: 'exists', reason: 'the real server is already in the table' };
    default:
      return REFUSALS.has(errno)
        ? {
            ok: false,
            code: 'refused',
            reason: `IPVS refuses the values (${errnoName(errno)})`,
          }
        : { ok: false, code: 'failed', reason: `IPVS answered ${errnoName(errno)}` };
  }
}

/** `EINVAL` for 22. */
export function errnoName(errno: number): string {
  return errno > 0 ? getSystemErrorName(-errno) : String(errno);
}
