import { Fault } from './fault.ts';
import { isArray, type Json } from './json.ts';
import type { Dialect } from './rows/edits.ts';
import { quotedJson } from './text.ts';

/** The three ways to monitor, best first. The later ones are for older servers. */
export type MonitorMethod = 'monitor_cond_since' | 'monitor_cond' | 'monitor';

/** One clause: column, function, value (RFC 7047, section 5.1); clauses are joined by OR. */
export type Condition = readonly [
  column: string,
  test: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'includes' | 'excludes',
  value: Json,
];

export interface MonitorRequest {
  readonly database: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly where: readonly Condition[] | null;
  /** Up to where the cache is current, for `monitor_cond_since`. */
  readonly lastTransaction: string;
}

/** The server knows no such transaction: it answers with all rows. */
export const NO_TRANSACTION = '00000000-0000-0000-0000-000000000000';

/** What to try after `unknown method`; `null`: nothing is left. */
export function olderMethod(method: MonitorMethod): MonitorMethod | null {
  switch (method) {
    case 'monitor_cond_since':
      return 'monitor_cond';
    case 'monitor_cond':
      return 'monitor';
    case 'monitor':
      return null;
    default:
      return method satisfies never;
  }
}

export function monitorParams(
  method: MonitorMethod,
  id: string,
  request: MonitorRequest,
): readonly Json[] {
  const { database, table, columns, where, lastTransaction } = request;
  const one: Json = where === null ? { columns } : { columns, where };
  const params: readonly Json[] = [database, id, { [table]: [one] }];
  return method === 'monitor_cond_since' ? [...params, lastTransaction] : params;
}

export function dialectOf(method: MonitorMethod): Dialect {
  return method === 'monitor' ? 'rows' : 'differences';
}

/** The rows that a reply to a monitor request brings. */
export interface Snapshot {
  /** Only what happened since `lastTransaction`, not everything. */
  readonly isDifference: boolean;
  /** `null`: the method knows no transactions. */
  readonly transaction: string | null;
  readonly updates: unknown;
}

export function parseSnapshot(method: MonitorMethod, result: unknown): Snapshot | Fault {
  if (method !== 'monitor_cond_since') {
    return { isDifference: false, transaction: null, updates: result };
  }
  if (isArray(result) && typeof result[0] === 'boolean' && typeof result[1] === 'string') {
    return { isDifference: result[0], transaction: result[1], updates: result[2] };
  }
  return new Fault(`not a reply to monitor_cond_since: ${quotedJson(result)}`);
}

/** What a notification says about one of our monitors; `null`: it is about something else. */
export type Notice =
  | { readonly kind: 'canceled'; readonly id: string }
  | {
      readonly kind: 'update';
      readonly id: string;
      readonly dialect: Dialect;
      readonly transaction: string | null;
      readonly updates: unknown;
    };

export function parseNotice(method: string, params: readonly unknown[]): Notice | null {
  const id = params[0];
  if (typeof id !== 'string') return null;
  const transaction = null;
  switch (method) {
    case 'update':
      return { kind: 'update', id, dialect: 'rows', transaction, updates: params[1] };
    case 'update2':
      return { kind: 'update', id, dialect: 'differences', transaction, updates: params[1] };
    case 'update3': {
      const [, sent, updates] = params;
      const since = typeof sent === 'string' ? sent : null;
      return { kind: 'update', id, dialect: 'differences', transaction: since, updates };
    }
    case 'monitor_canceled':
      return { kind: 'canceled', id };
    default:
      return null;
  }
}
