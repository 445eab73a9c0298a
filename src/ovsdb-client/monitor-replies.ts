import type { Columns } from './columns.ts';
import { Fault } from './fault.ts';
import { planRows, type Plan } from './rows/plan.ts';
import { parseSchema } from './schema.ts';
import { oneLine } from './text.ts';
import type { RpcError } from './wire/json-rpc.ts';
import type { Reply } from './wire/pending.ts';
import type { MonitorSpec } from './monitor.ts';
import {
  olderMethod,
  parseSnapshot,
  type MonitorMethod,
  type Snapshot,
} from './monitor-request.ts';

/** What the replies to a monitor request and to `get_schema` come to. */
export type Verdict =
  | { readonly kind: 'rows'; readonly plan: Plan; readonly snapshot: Snapshot }
  /** The server does not know this method: ask again with an older one. */
  | { readonly kind: 'older'; readonly method: MonitorMethod }
  /** The server is fine but has no such rows for us, now. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The connection is of no use. */
  | { readonly kind: 'broken'; readonly reason: string };

export function judgeReplies(
  spec: MonitorSpec<Columns>,
  method: MonitorMethod,
  monitorReply: Reply,
  schemaReply: Reply,
): Verdict {
  if (monitorReply.kind === 'failed') return { kind: 'broken', reason: monitorReply.reason };
  if (schemaReply.kind === 'failed') return { kind: 'broken', reason: schemaReply.reason };
  if (schemaReply.kind === 'error') {
    return { kind: 'refused', reason: schemaError(spec.database, schemaReply.error) };
  }
  const schema = parseSchema(schemaReply.result);
  if (schema instanceof Fault) return { kind: 'broken', reason: schema.reason };
  const plan = planRows(schema, spec.table, spec.columns);
  if (plan instanceof Fault) return { kind: 'refused', reason: plan.reason };
  if (monitorReply.kind === 'error') return monitorError(spec, method, monitorReply.error);
  const snapshot = parseSnapshot(method, monitorReply.result);
  if (snapshot instanceof Fault) return { kind: 'broken', reason: snapshot.reason };
  return { kind: 'rows', plan, snapshot };
}

function schemaError(database: string, error: RpcError): string {
  if (error.code === 'unknown database') return oneLine(`unknown database ${database}`);
  return errorInWords('get_schema', error);
}

function monitorError(spec: MonitorSpec<Columns>, method: MonitorMethod, error: RpcError): Verdict {
  if (error.code !== 'unknown method') {
    return { kind: 'refused', reason: errorInWords(method, error) };
  }
  const older = olderMethod(method);
  if (older === null) return { kind: 'refused', reason: errorInWords(method, error) };
  if (older === 'monitor' && spec.where !== undefined) {
    return { kind: 'refused', reason: 'the server cannot filter rows: it knows no monitor_cond' };
  }
  return { kind: 'older', method: older };
}

/** An error reply as one line. */
export function errorInWords(method: string, { code, details }: RpcError): string {
  return oneLine(`${method}: ${code}${details === null ? '' : ` (${details})`}`);
}
