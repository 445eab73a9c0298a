import { Fault } from '../fault.ts';
import { isArray, isObject, type Json } from '../json.ts';
import { quotedJson } from '../text.ts';

/** An error as the server sent it: OVS sends an object or, for some methods, a bare string. */
export interface RpcError {
  readonly code: string;
  readonly details: string | null;
}

/** A message from the server (RFC 7047, section 4; JSON-RPC 1.0). */
export type Incoming =
  | { readonly kind: 'result'; readonly id: unknown; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: unknown; readonly error: RpcError }
  | {
      readonly kind: 'request';
      readonly id: unknown;
      readonly method: string;
      readonly params: readonly unknown[];
    }
  | {
      readonly kind: 'notification';
      readonly method: string;
      readonly params: readonly unknown[];
    };

/** Reads one message. A request without an id, or with `null`, is a notification. */
export function parseMessage(message: unknown): Incoming | Fault {
  if (!isObject(message)) return malformed(message);
  const { id, method, params, result, error } = message;
  if (method !== undefined) {
    if (typeof method !== 'string' || !isArray(params)) return malformed(message);
    if (id === undefined || id === null) return { kind: 'notification', method, params };
    return { kind: 'request', id, method, params };
  }
  if (id === undefined || id === null) return malformed(message);
  // A success carries `"error": null`; an error leaves `result` out or null.
  if (error !== undefined && error !== null) return { kind: 'error', id, error: parseError(error) };
  return result === undefined ? malformed(message) : { kind: 'result', id, result };
}

function malformed(message: unknown): Fault {
  return new Fault(`not a JSON-RPC message: ${quotedJson(message)}`);
}

/** Reads the error of a reply or of one operation of a transaction. */
export function parseError(error: unknown): RpcError {
  if (typeof error === 'string') return { code: error, details: null };
  if (!isObject(error) || typeof error['error'] !== 'string') {
    return { code: quotedJson(error), details: null };
  }
  const { details } = error;
  return { code: error['error'], details: typeof details === 'string' ? details : null };
}

export function encodeRequest(id: number, method: string, params: readonly Json[]): string {
  return JSON.stringify({ method, params, id });
}

/** Echoes what the server sent, so it is `unknown` and goes back as it came. */
export function encodeResult(id: unknown, result: unknown): string {
  return JSON.stringify({ id, result, error: null });
}

export function encodeError(id: unknown, error: string): string {
  return JSON.stringify({ id, result: null, error });
}
