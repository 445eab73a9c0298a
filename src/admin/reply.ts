import type { ServerResponse } from 'node:http';
import type { ApiError } from '../protocol/api.ts';

/** What is answered to one request. */
export interface HttpReply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Scripts, styles and data from here and nowhere else, and never inside another page. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const JSON_TYPE = 'application/json; charset=utf-8';

const commonHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

export function json(value: unknown, status = 200): HttpReply {
  return jsonText(`${JSON.stringify(value)}\n`, status);
}

export function jsonText(body: string, status = 200): HttpReply {
  return { status, type: JSON_TYPE, body };
}

/** `{ "error": { code, message, nearest } }`: the one shape of everything that is refused. */
export function failure(
  status: number,
  code: string,
  message: string,
  more: { readonly nearest?: string | null; readonly headers?: HttpReply['headers'] } = {},
): HttpReply {
  const { nearest = null, headers = {} } = more;
  const body: ApiError = { error: { code, message, nearest } };
  return { ...json(body, status), headers };
}

/** Writes the whole answer. After a refusal the connection ends: the rest of the request is not read. */
export function send(response: ServerResponse, reply: HttpReply, hasBody = true): void {
  if (response.destroyed || response.writableEnded) return;
  response.writeHead(reply.status, {
    ...commonHeaders,
    'content-type': reply.type,
    'content-length': Buffer.byteLength(reply.body),
    ...(reply.status >= 400 && { connection: 'close' }),
    ...reply.headers,
  });
  response.end(hasBody ? reply.body : undefined);
}

/** The same as bytes, for a connection that never becomes a WebSocket or is no HTTP. */
export function rawReply(reply: HttpReply, reason: string): string {
  const headers = {
    ...commonHeaders,
    'content-type': reply.type,
    'content-length': Buffer.byteLength(reply.body),
    connection: 'close',
    ...reply.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${reply.status} ${reason}\r\n${lines.join('\r\n')}\r\n\r\n${Buffer.from(reply.body).toString()}`;
}
